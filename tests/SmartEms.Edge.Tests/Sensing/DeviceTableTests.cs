using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Sensing;

/// <summary>Ages, sums and failures of a device's latest values.</summary>
public class DeviceTableTests
{
    private static readonly DeviceProfile Profile = new("p", "P", new(),
    [
        new("a", RegisterType.S16) { Address = 0, MaxAgeMs = 1_000, Priority = PointPriority.High },
        new("b", RegisterType.S16) { Address = 1, MaxAgeMs = 1_000, Priority = PointPriority.High, Sentinels = [0x8000] },
        new("sum", RegisterType.F64) { Terms = [new("a", 1), new("b", -2)], MaxAgeMs = 2_000, Measure = Measure.BatteryDischarge, Max = 500 },
        new("rating", RegisterType.U16) { Address = 5, MaxAgeMs = 1_000, Priority = PointPriority.Once },
        new("sf", RegisterType.SunSsf) { Address = 10, MaxAgeMs = 1_000 },
        new("scaled", RegisterType.U16) { Address = 11, MaxAgeMs = 9_000, ScaleFactor = "sf" },
    ]);

    [Theory]
    [InlineData(0, "Good(0 ms)")]
    [InlineData(1_000, "Good(1000 ms)")]
    [InlineData(1_001, "Uncertain(1001 ms)")]
    [InlineData(3_000, "Uncertain(3000 ms)")]
    [InlineData(3_001, "Bad(Expired)")]
    public void Age_counts_from_the_wire(long after, string quality)
    {
        var table = Table();
        table.Store(0, [7], 500);
        Assert.Equal(quality, table.Get(0, 500 + after).Quality.ToString());
    }

    [Fact]
    public void What_is_read_once_does_not_age()
    {
        var table = Table();
        table.Store(3, [7], 0);
        Assert.True(table.Get(3, long.MaxValue / 2).IsGood);
    }

    [Fact]
    public void A_sum_is_as_old_as_its_oldest_and_as_good_as_its_worst_term()
    {
        var table = Table();
        table.Store(0, [100], 0);
        Assert.Equal(BadReason.NeverRead, table.Get(Measure.BatteryDischarge, 0).Quality.Reason);
        table.Store(1, [unchecked((ushort)-20)], 900);
        Assert.Equal(new(140, Quality.Good(950)), table.Get(2, 950));
        Assert.Equal(Quality.Uncertain(1_200), table.Get(2, 1_200).Quality);
        table.Store(1, [0x8000], 1_200);
        Assert.Equal(BadReason.NotAvailable, table.Get(2, 1_200).Quality.Reason);
        table.Store(1, [unchecked((ushort)-300)], 900);
        Assert.Equal(BadReason.Implausible, table.Get(2, 950).Quality.Reason);
    }

    [Fact]
    public void Another_scale_factor_counts_when_it_is_read_twice()
    {
        var table = Table();
        table.Store(4, [0], 0);
        table.Store(5, [7], 0);
        table.Store(4, [2], 100); // a bit turned on the way
        Assert.Equal((7, Trust.Uncertain), (table.Get(5, 100).Value, table.Get(5, 100).Quality.Trust));
        table.Store(4, [0], 200);
        Assert.Equal(new(7, Quality.Good(200)), table.Get(5, 200));
        table.Store(4, [1], 300);
        table.Store(4, [1], 400);
        Assert.Equal(new(70, Quality.Good(400)), table.Get(5, 400));
        table.Store(4, [0x8000], 500); // its own "no value" counts at once
        Assert.False(table.Get(5, 500).IsKnown);
    }

    [Fact]
    public void An_old_scale_factor_makes_its_value_uncertain_and_then_unknown()
    {
        var table = Table();
        table.Store(4, [1], 0);
        table.Store(5, [7], 2_000);
        Assert.Equal(70, table.Get(5, 2_000).Value);
        Assert.Equal(Trust.Uncertain, table.Get(5, 2_000).Quality.Trust);
        Assert.Equal(BadReason.Expired, table.Get(5, 3_500).Quality.Reason);
    }

    [Fact]
    public void A_failed_read_explains_what_never_answered_and_lets_the_rest_age()
    {
        var table = Table();
        var block = RegisterPlan.Of(table.Device).High[0];
        table.Fail(block, BadReason.Timeout);
        Assert.Equal(BadReason.Timeout, table.Get(0, 0).Quality.Reason);
        table.Store(block, [4, 5], 10);
        table.Fail(block, BadReason.Timeout);
        Assert.Equal(new(4, Quality.Good(90)), table.Get(0, 100));
    }

    [Fact]
    public void A_measure_nobody_gives_is_not_installed() =>
        Assert.Equal(BadReason.NotInstalled, Table().Get(Measure.BatterySoc, 0).Quality.Reason);

    private static DeviceTable Table() => new(Located.Fixed(Profile, 1));
}
