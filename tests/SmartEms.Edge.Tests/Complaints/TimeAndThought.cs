using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Field;
using SmartEms.Edge.Tests.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Complaints;

/// <summary>What users suffered from clocks, and from planners that found no plan; docs/complaints.md lists them all.</summary>
public sealed class TimeAndThought
{
    /// <summary>The clock jumps by hours, back and forth: readings stay as old as they are, setpoints stand, and nothing is told twice.</summary>
    [Theory]
    [InlineData(-5)]
    [InlineData(7)]
    public async Task No13_A_clock_that_jumps_disturbs_no_setpoint(int hours)
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 2_500);
        await house.LiveAsync(60);
        var before = house.House.Of(site => site.BatteryDischargeWatts);
        Assert.InRange(before, 2_300, 2_700);
        var receipts = house.Receipts.Count;
        house.House.Time.StepWallClock(TimeSpan.FromHours(hours));
        await house.LiveAsync(120, each: _ => Assert.InRange(house.House.Of(site => site.BatteryDischargeWatts), before - 100, before + 100));
        Assert.True(house.Image.Grid.Import.IsGood && house.Image.Batteries[0].Soc.IsGood);
        Assert.Equal(receipts, house.Receipts.Count);
    }

    /// <summary>A day of 23 and a day of 25 hours: every quarter-hour is a slot of its own, none twice, none left out.</summary>
    [Theory]
    [InlineData("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 92)]
    [InlineData("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 100)]
    [InlineData("2028-02-29T00:00:00+01:00", "2028-03-01T00:00:00+01:00", 96)]
    public void No13_Days_of_23_and_25_hours_have_all_their_slots_once(string from, string to, int slots)
    {
        var (at, end, count) = (At(from), At(to), 0);
        for (var last = Slot.Of(at).Index - 1; at < end; at += Slot.Length, count++)
            Assert.Equal(++last, Slot.Of(at).Index);
        Assert.Equal(slots, count);

        static Instant At(string text) => Instant.From(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The planner throws, is silent, answers nonsense, and the battery is emptier than it may be: the rule leads, surplus is stored, nothing is taken out.</summary>
    [Theory]
    [InlineData("throws")]
    [InlineData("silent")]
    [InlineData("nonsense")]
    public void No17_A_planner_without_a_plan_does_not_end_control(string how)
    {
        var site = Given.Site(chargers: 0);
        var house = new PlayedHouse(site, 500, soc: 0.04);
        var image = house.World.Image();
        var thought = Cycle.Think(Slot.Of(image.TakenAt), image, site, Memory.Fresh(site), new Planner(how));
        Assert.Equal(SelfConsumption.Rule.Name, thought.Decision.LedBy);
        Assert.Contains(thought.Findings, finding => finding.Code == FindingCode.SocOutside);
        house.Decide(thought.Decision);
        house.Live(30, () => Assert.True(house.Last.Setpoints.Batteries[0].Discharge <= Power.Zero, "it is emptied further"));
        house.World.AddedLoadWatts = -4_000; // the sun comes out
        house.Live(60);
        Assert.InRange(house.World.BatteryDischargeWatts, -3_600, -3_400);
    }

    private sealed class Planner(string how) : IPolicy
    {
        public string Name => how;

        public Proposal? Propose(Observation observation) => how switch
        {
            "throws" => throw new InvalidOperationException("infeasible"),
            "silent" => null,
            _ => new([(BatteryMode)99], []),
        };
    }
}
