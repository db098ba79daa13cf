using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Actuating;

/// <summary>What is not changed is not written; bounded tries; what counts as tightening.</summary>
public sealed class WriteSelectionTests
{
    private static readonly RegisterWrite[] Group = [.. Enumerable.Range(0, 4).Select(point => new RegisterWrite(point, default, [1], WriteFunction.Multiple) { ReadBack = point, Expected = 1 })];

    [Theory]
    [InlineData("....", true, "")]
    [InlineData(".x..", true, "123")]
    [InlineData(".x..", false, "1")]
    [InlineData("x..x", false, "03")]
    [InlineData("xxxx", false, "0123")]
    public void Registers_that_hold_their_value_are_left_out(string changed, bool isVolatile, string sent) =>
        Assert.Equal(sent, string.Concat(WriteSelection.Changed(Group, write => changed[write.Point] == '.', _ => isVolatile).Select(write => write.Point)));

    [Theory]
    [InlineData(ControlKind.BatteryDischarge, 2_000, 1_000, true)]
    [InlineData(ControlKind.BatteryDischarge, -2_000, -1_000, true)]
    [InlineData(ControlKind.BatteryDischarge, 2_000, -1_000, false)]
    [InlineData(ControlKind.BatteryDischarge, 1_000, 2_000, false)]
    [InlineData(ControlKind.BatteryDischarge, 1_000, 0, true)]
    [InlineData(ControlKind.EvCurrent, 16, 6, true)]
    [InlineData(ControlKind.EvCurrent, 6, 16, false)]
    [InlineData(ControlKind.PvLimit, 5_000, 800, true)]
    [InlineData(ControlKind.EvPhases, 3, 1, false)]
    [InlineData(ControlKind.EvPhases, 1, 3, false)]
    public void Tightening_is_less_of_it(ControlKind kind, double from, double to, bool tightens) =>
        Assert.Equal(tightens, WriteSelection.Tightens(kind, from, to));

    [Fact]
    public void Nothing_known_before_tightens_only_to_zero()
    {
        Assert.False(WriteSelection.Tightens(ControlKind.EvCurrent, null, 6));
        Assert.True(WriteSelection.Tightens(ControlKind.EvCurrent, null, 0));
    }

    [Fact]
    public void Three_tries_and_then_one_every_quarter_hour()
    {
        var patience = Patience.ForWrites();
        var tries = 0;
        for (var ms = 0L; ms < 2 * 3_600_000; ms += 1_000)
            if (patience.MayTry(ms))
            {
                tries++;
                patience.Failed(ms);
            }
        Assert.Equal(3 + 7, tries);
        Assert.True(patience.HasGivenUp);
        patience.Renew();
        Assert.True(patience.MayTry(2 * 3_600_000));
    }

    [Fact]
    public void One_failure_is_forgiven_at_once_and_three_after_a_quarter_hour()
    {
        var patience = Patience.ForWrites();
        patience.Failed(0);
        Assert.True(patience.IsTrusted(1_000));
        patience.Failed(2_000);
        Assert.False(patience.IsTrusted(3_000));
        Assert.False(patience.IsTrusted(902_999));
        Assert.True(patience.IsTrusted(903_000));
    }

    [Fact]
    public void Two_looks_confirm_and_then_a_stranger_is_told_from_a_revert()
    {
        var proof = new RegisterProof();
        proof.Before(0, 100);
        proof.Written(Group[..1], 500);
        var one = Assert.Single(proof.Expected);
        Assert.Equal(ProofVerdict.Holds, proof.Look(one, 7, 0.1, 400)); // read before it had settled
        Assert.Equal(ProofVerdict.Holds, proof.Look(one, 1, 0.1, 600));
        Assert.Equal(ProofVerdict.Holds, proof.Look(one, 1, 0.1, 600)); // the same reading
        Assert.Equal((true, false), (proof.IsReadBack, proof.IsConfirmed));
        proof.Look(one, 1, 0.1, 1_600);
        Assert.True(proof.IsConfirmed);
        Assert.Equal(ProofVerdict.Reverted, proof.Look(one, 100, 0.1, 2_600));
        Assert.Equal(ProofVerdict.ForeignWriter, proof.Look(one, 42, 0.1, 3_600));
    }
}
