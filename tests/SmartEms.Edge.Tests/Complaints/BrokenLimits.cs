using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Complaints;

/// <summary>What users suffered from limits that opened, stuck or were overrun; docs/complaints.md lists them all.</summary>
public sealed class BrokenLimits
{
    private static readonly Contact Steuerbox = new("steuerbox", ContactRole.DsoLimit, new("board", "0")) { AssertsByOpening = true };

    /// <summary>Asserted, unread and old all limit within the step, to what must always remain and not to nothing; surely idle again, the limit goes.</summary>
    [Theory]
    [InlineData(true, Trust.Good)]
    [InlineData(false, Trust.Bad)]
    [InlineData(false, Trust.Uncertain)]
    public void No09_The_operators_limit_neither_opens_when_its_line_is_lost_nor_sticks_afterwards(bool asserted, Trust trust)
    {
        var house = new PlayedHouse(Given.Site(batteries: 0, plants: 0) with { Contacts = [Steuerbox] }, 500);
        Say(house, Reading.Good(false));
        house.World.PlugIn(0, 50_000, 36_000);
        house.Live(60);
        Assert.True(house.World.EvChargeWatts > 8_000);
        Say(house, new(asserted, new(trust, BadReason.None, 0)));
        house.Live(1);
        Assert.Equal((6.0, Bound.DsoLimit), (house.Last.Setpoints.EvChargers[0].Offer.Amperes, house.Last.Setpoints.EvChargers[0].ClippedBy));
        house.Live(7_200, () => Assert.InRange(house.Last.Setpoints.EvChargers[0].Offer.Amperes * 690, 4_000, 4_200));
        Say(house, Reading.Good(false));
        house.Live(30);
        Assert.True(house.World.EvChargeWatts > 8_000);
    }

    /// <summary>Asked to charge, a battery does not discharge, whatever the house takes; and the connection is kept.</summary>
    [Fact]
    public void No10_A_battery_told_to_charge_never_discharges()
    {
        var house = new PlayedHouse(Given.Site(chargers: 0, plants: 0), 0);
        house.Decide(BatteryMode.GridCharge100, EvMode.Off);
        for (var load = 0; load < 10_000; load += 700)
        {
            house.World.AddedLoadWatts = load;
            house.Live(20, () => Assert.True(house.Last.Setpoints.Batteries[0].Discharge <= Power.Zero));
            Assert.InRange(house.World.ImportWatts, 0, 10_050);
        }
    }

    [Theory]
    [InlineData(BatteryMode.SelfConsume)]
    [InlineData(BatteryMode.DischargeOnly)]
    [InlineData(BatteryMode.GridCharge33)]
    public void No10_No_strategy_touches_the_backup_reserve(BatteryMode mode)
    {
        var site = Given.Site(chargers: 0, plants: 0);
        var house = new PlayedHouse(site with { Batteries = [Given.Battery with { BackupReserve = Fraction.FromPercent(30) }] }, 4_000, soc: 0.305);
        house.Decide(mode, EvMode.Off);
        house.Live(3_600, () => Assert.True(house.World.Batteries[0].Soc > 0.2995, $"{house.World.Batteries[0].Soc:0.000}"));
    }

    [Fact]
    public void No10_At_a_steady_load_the_setpoint_comes_to_rest()
    {
        var house = new PlayedHouse(Given.Site(chargers: 0, plants: 0), 2_600);
        house.Live(60);
        var (least, most) = (double.MaxValue, double.MinValue);
        house.Live(300, () => (least, most) = (Math.Min(least, house.Last.Setpoints.Batteries[0].Discharge.Watts), Math.Max(most, house.Last.Setpoints.Batteries[0].Discharge.Watts)));
        Assert.InRange(most - least, 0, 30);
        Assert.InRange(house.World.ImportWatts, -40, 40);
    }

    /// <summary>Whatever a policy asks in whatever state, nothing leaves the envelope; a fortnight of storms likewise.</summary>
    [Fact]
    public void No10_No_setpoint_leaves_the_physical_limits_whoever_asks()
    {
        var (violations, first) = WildPolicies.Judge(900_000, 5_000);
        Assert.True(violations == 0, first);
        var storm = new Storm(20_001, 14).Run();
        Assert.True(storm.Judge.IsClean, storm.Judge.First);
        Assert.Equal(0, storm.Limits.Violations);
    }

    private static void Say(PlayedHouse house, Reading<bool> asserted) =>
        house.Senses = image => image with { Contacts = [new ContactReadings { Asserted = asserted }] };
}
