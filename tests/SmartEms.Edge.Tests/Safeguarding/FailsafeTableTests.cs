using SmartEms.Edge.Commands;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Tidy;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

public sealed class FailsafeTableTests
{
    [Fact]
    public void Every_input_has_its_line_in_order_with_a_reason()
    {
        Assert.Equal(Enum.GetValues<SafetyInput>(), Failsafe.Table.Select(row => row.Input));
        Assert.All(Failsafe.Table, row => Assert.NotEmpty(row.Why));
        Assert.All(Failsafe.Table, row => Assert.InRange(row.WithinSeconds, 1, 15));
    }

    [Fact]
    public void A_worse_loss_never_has_a_weaker_reaction() => Assert.All(Failsafe.Table, row =>
    {
        Assert.Equal(row.Stale, row.Stale & row.Bad);
        Assert.Equal(row.Bad, row.Bad & row.Gone);
    });

    [Fact]
    public void No_loss_at_all_goes_without_a_reaction() => Assert.All(Failsafe.Table, row => Assert.NotEqual(FailsafeAct.None, row.Gone));

    [Theory]
    [InlineData(Trust.Good, BadReason.None, Loss.None)]
    [InlineData(Trust.Uncertain, BadReason.None, Loss.Stale)]
    [InlineData(Trust.Bad, BadReason.Timeout, Loss.Gone)]
    [InlineData(Trust.Bad, BadReason.NeverRead, Loss.Gone)]
    [InlineData(Trust.Bad, BadReason.Frozen, Loss.Bad)]
    [InlineData(Trust.Bad, BadReason.Implausible, Loss.Bad)]
    [InlineData(Trust.Bad, BadReason.NotInstalled, Loss.None)]
    public void Qualities_are_losses(Trust trust, BadReason reason, Loss loss) => Assert.Equal(loss, Failsafe.LossOf(new(trust, reason, 0)));

    [Fact]
    public void The_handbook_carries_the_table_the_controller_acts_by()
    {
        var page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "failsafe.md"));
        Assert.True(page.Contains(SafetyCommand.Markdown(), StringComparison.Ordinal), $"docs/failsafe.md is not what the controller does; put this into it:\n{SafetyCommand.Markdown()}");
    }
}
