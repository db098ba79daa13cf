using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tests.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Deciding;

/// <summary>Follow on batteries that are late: what it measures of them, and that nothing swings.</summary>
public sealed class RegulationTests
{
    [Theory]
    [InlineData(0.5, 0, 0.4, 0.8)]
    [InlineData(2, 0, 1.8, 2.3)]
    [InlineData(5, 0, 4.5, 5.5)]
    [InlineData(0.2, 3, 2.6, 3.6)]
    public void The_delay_of_a_battery_is_measured(double approach, double dead, double least, double most)
    {
        var (memory, _) = Drive(new() { LatencySeconds = approach, DeadSeconds = dead }, 300);
        Assert.InRange(memory.Regulation.Latency, least, most);
    }

    [Fact]
    public void A_battery_that_tells_its_power_late_is_understood_and_does_not_swing()
    {
        var (memory, imports) = Drive(new() { LatencySeconds = 0.2, ReadingDelaySeconds = 2 }, 600);
        Assert.Equal(2, memory.Regulation.Alignment.Late);
        Assert.All(imports[^8..], import => Assert.InRange(import, -150, 150));
    }

    /// <summary>Whichever of the two nearest pairings is followed echoes a part of every load: 2 kW leave 250 W and more.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(1.4)]
    [InlineData(1.8)]
    [InlineData(2.5)]
    public void Readings_that_lie_between_two_steps_leave_no_echo(double delay)
    {
        var (_, imports) = Drive(new() { LatencySeconds = 0.2, ReadingDelaySeconds = delay }, 600, after: 4 + (int)(2 * delay));
        Assert.All(imports[^8..], import => Assert.InRange(import, -150, 150));
    }

    /// <summary>Little has been learnt, from small loads, when a large one jumps while the battery moves. Readings are of one moment all the time.</summary>
    [Fact]
    public void A_jump_of_the_load_is_never_taken_for_a_delay()
    {
        var (alignment, battery) = (Alignment.Fresh, 0.0);
        for (var second = 0; second < 1_200; second++)
        {
            var load = 400 + (second / 20 % 2 * 300) + (second >= 504 && (second - 504) / 100 % 2 == 0 ? 3_800 : 0);
            alignment = alignment.With(load - battery, battery);
            Assert.Equal(0, alignment.Late);
            battery += 0.4 * (load - battery);
        }
    }

    [Fact]
    public void Readings_of_one_moment_are_left_together() =>
        Assert.Equal(0, Drive(new() { LatencySeconds = 2 }, 600).Memory.Regulation.Alignment.Late);

    [Fact]
    public void A_pairing_learnt_from_a_meter_that_lied_explains_no_broken_limit_away()
    {
        var site = Given.Site(chargers: 0);
        site = site with { Pcc = site.Pcc with { ExportMax = Power.Zero } };
        var lied = Alignment.Fresh with { Imports = [.. Enumerable.Repeat(9_000.0, Alignment.Most + 2)], Discharges = [.. Enumerable.Repeat(5_000.0, Alignment.Most + 2)], Moves = Alignment.Enough, Late = Alignment.Most };
        var memory = FollowMemory.Fresh(site) with { LastDischarge = [Power.FromWatts(5_000)], Regulation = RegulationMemory.Fresh with { Alignment = lied } };
        var image = Given.Image(site, -9_000) with { Batteries = [Given.Cells(5_000)], PvPlants = [new() { Production = Given.Watts(9_000) }] };
        var step = Step(site, image, memory);
        Assert.Equal(Alignment.Most, step.Memory.Regulation.Alignment.Late);
        Assert.InRange(step.Setpoints.Batteries[0].Discharge.Watts, -4_100, -3_900);
    }

    [Fact]
    public void A_swing_lowers_the_gain_and_rest_restores_it()
    {
        var swing = Swing.None;
        for (var i = 0; i < 20; i++)
            swing = swing.After(i % 2 == 0 ? 1_000 : -1_000, 1, 1);
        Assert.InRange(swing.Gain, Swing.Least, 0.7);
        for (var i = 0; i < 600; i++)
            swing = swing.After(0, 1, 1);
        Assert.Equal(1, swing.Gain);
    }

    [Fact]
    public void A_fuller_battery_gives_more_and_a_battery_that_gives_nothing_hands_on()
    {
        var site = Given.Site(batteries: 2, chargers: 0, plants: 0);
        var image = Given.Image(site, 900) with { Batteries = [Given.Cells(0, 0.7), Given.Cells(0, 0.4)] };
        Assert.Equal((600.0, 300.0), Powers(Step(site, image, FollowMemory.Fresh(site))));
        var memory = FollowMemory.Fresh(site);
        var given = 0.0;
        for (var second = 0; second < 12; second++)
        {
            image = Given.Image(site, 900 - given) with { Batteries = [Given.Cells(0, 0.7), Given.Cells(given, 0.4)] };
            var step = Step(site, image, memory);
            (memory, given) = (step.Memory, step.Setpoints.Batteries[1].Discharge.Watts);
        }
        Assert.Equal(900, given);
    }

    [Fact]
    public void A_native_mode_is_named_only_where_the_site_wants_it()
    {
        var site = Given.Site(chargers: 0, plants: 0);
        Assert.Null(Step(site, Given.Image(site, 500), FollowMemory.Fresh(site)).Setpoints.Batteries[0].Native);
        var native = site with { Batteries = [Given.Battery with { Native = true }] };
        Assert.Equal(BatteryMode.SelfConsume, Step(native, Given.Image(native, 500), FollowMemory.Fresh(native)).Setpoints.Batteries[0].Native);
        Assert.Null(Step(native, Given.Image(native, 15_000), FollowMemory.Fresh(native)).Setpoints.Batteries[0].Native);
        var driver = Given.Site(plants: 0) with { Batteries = native.Batteries };
        var charging = Step(driver, Given.Image(driver, 500), FollowMemory.Fresh(driver)).Setpoints;
        Assert.True(charging.EvChargers[0].Offer.Amperes > 0);
        Assert.Null(charging.Batteries[0].Native); // the car's surplus would go into the battery
        var away = Given.Image(driver, 500) with { EvChargers = [Given.Car(0, EvState.NoCar)] };
        Assert.Equal(BatteryMode.SelfConsume, Step(driver, away, FollowMemory.Fresh(driver)).Setpoints.Batteries[0].Native);
    }

    [Fact]
    public void A_memory_that_has_learnt_nothing_has_the_bytes_it_always_had()
    {
        var site = Given.Site(chargers: 0, plants: 0);
        var to = new WireWriter();
        MemoryWire.Write(to, Memory.Fresh(site));
        // No decision, one battery at 0 W, no chargers, no plants, two durations, no alerts.
        Assert.Equal("00" + "01" + new string('0', 16) + "00" + "00" + new string('0', 32) + "00", Convert.ToHexString(to.Written));
    }

    /// <summary>Loads of 2 kW come and go every 20 s; the imports so many seconds after each change.</summary>
    private static (FollowMemory Memory, List<double> Imports) Drive(SimulatedBatterySettings battery, int seconds, int after = 19)
    {
        var site = Homes.Site(plants: 0, chargers: 0);
        var physics = new SimulatedSite(site, Homes.Flat(500, 0), new() { Start = Homes.Start, Varied = false, Batteries = [battery] });
        var (memory, imports) = (FollowMemory.Fresh(site), new List<double>());
        for (var second = 0; second < seconds; second++)
        {
            if (second % 20 == after)
                imports.Add(physics.ImportWatts);
            physics.AddedLoadWatts = second / 20 % 2 * 2_000;
            var step = Step(site, physics.Image(), memory);
            memory = step.Memory;
            physics.CommandBattery(0, step.Setpoints.Batteries[0].Discharge.Watts, 60);
            physics.Run(0.95, 0.1); // ten tenths
        }
        return (memory, imports);
    }

    private static (double, double) Powers(Followed step) => (step.Setpoints.Batteries[0].Discharge.Watts, step.Setpoints.Batteries[1].Discharge.Watts);

    private static Followed Step(Site site, Core.Sensing.ProcessImage image, FollowMemory memory) => Follow.Step(
        new(image, site, new(Slot.Of(image.TakenAt), "test", [.. site.Batteries.Select(_ => new BatteryDecision(BatteryMode.SelfConsume, default, default))], [.. site.EvChargers.Select(_ => new EvDecision(EvMode.Full, default))], []), default, 1),
        memory);
}
