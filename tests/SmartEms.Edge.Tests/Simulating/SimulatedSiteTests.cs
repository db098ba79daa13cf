using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Simulating;

public class SimulatedSiteTests(ITestOutputHelper output)
{
    [Fact]
    public void The_balance_holds_in_every_step()
    {
        var site = TroubledYear.Make(seed: 4);
        var chance = new SeededRandom(11);
        for (var i = 0; i < 200_000; i++)
        {
            TroubledYear.Command(site, ref chance);
            site.Step(1);
            Assert.Equal(site.LoadWatts, site.ImportWatts + site.PvWatts + site.BatteryDischargeWatts - site.EvChargeWatts, 1e-6);
            Assert.Equal(site.ImportWatts, site.Grid.PhaseWatts(0) + site.Grid.PhaseWatts(1) + site.Grid.PhaseWatts(2), 1e-6);
        }

        var sources = site.Grid.ImportedWattHours - site.Grid.ExportedWattHours;
        foreach (var plant in site.PvPlants)
            sources += plant.ProducedWattHours;
        foreach (var battery in site.Batteries)
            sources += battery.DischargedWattHours - battery.ChargedWattHours;
        foreach (var charger in site.EvChargers)
            sources -= charger.ChargedWattHours;
        Assert.Equal(site.ConsumedWattHours, sources, 1e-3);
        Assert.True(site.Reversions > 100, "commands must have lapsed now and then");
    }

    /// <summary>The golden number holds on every machine, under JIT and ahead-of-time code alike; it changes only when the physics do.</summary>
    [Fact]
    public void A_year_is_the_same_bytes_every_time()
    {
        var first = TroubledYear.Hash(seed: 1, steps: 365 * 1440, stepSeconds: 60);
        Assert.Equal(first, TroubledYear.Hash(seed: 1, steps: 365 * 1440, stepSeconds: 60));
        Assert.Equal(TroubledYear.GoldenYear, first);
    }

    [Fact]
    public void Another_seed_is_another_story() =>
        Assert.NotEqual(TroubledYear.Hash(seed: 1, steps: 1440, stepSeconds: 60), TroubledYear.Hash(seed: 2, steps: 1440, stepSeconds: 60));

    [Fact]
    public void Two_days_of_seconds_are_the_golden_bytes() =>
        Assert.Equal(TroubledYear.GoldenDays, TroubledYear.Hash(seed: 1, steps: 2 * 86_400, stepSeconds: 1));

    [Fact]
    public void The_image_says_what_the_site_does()
    {
        var site = Homes.Simulate(Homes.Site(2, 2, 1), Homes.Flat(2_000, 500));
        site.PlugIn(0, 10_000, 7200);
        site.Run(30);
        var image = site.Image();
        Assert.True(image.IsComplete);
        Assert.Equal(site.Now, image.TakenAt);
        Assert.Equal(site.ImportWatts, image.Grid.Import.Value.Watts);
        Assert.Equal(site.Grid.Volts(2), image.Grid.VoltageL3.Value.Volts);
        Assert.Equal(site.Grid.Hertz, image.Grid.Frequency.Value.Hertz);
        Assert.Equal(2, image.Batteries.Length);
        Assert.Equal(site.Batteries[1].DischargeWatts, image.Batteries[1].Discharge.Value.Watts);
        Assert.Equal(site.Batteries[1].CellMinVolts, image.Batteries[1].CellVoltageMin.Value.Volts);
        Assert.True(image.Batteries[0].ChargeAllowed.Value);
        Assert.Equal(site.PvPlants[0].ProductionWatts, image.PvPlants[0].Production.Value.Watts);
        Assert.Equal(EvState.Charging, image.EvChargers[0].State.Value);
        Assert.Equal(6, image.EvChargers[0].OfferedCurrent.Value.Amperes);
        Assert.Equal(LinkState.Up, Assert.Single(image.Devices).Link);
    }

    [Fact]
    public void Steps_and_commands_allocate_nothing()
    {
        var site = TroubledYear.Make(seed: 1);
        var chance = new SeededRandom(3);
        for (var i = 0; i < 10_000; i++)
            site.Step(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100_000; i++)
        {
            TroubledYear.Command(site, ref chance);
            site.Step(1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Tells the speed; machines differ, so it asserts nothing about it.</summary>
    [Fact]
    public void Speed_is_reported()
    {
        var site = new SimulatedSite(Homes.Site(), SiteTrace.Generated(1, 365), new() { Start = Homes.Start });
        for (var i = 0; i < 300_000; i++)
            site.Step(1);
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        for (var i = 0; i < 1_000_000; i++)
            site.Step(1);
        var steps = clock.GetElapsedTime(started);
        started = clock.GetTimestamp();
        var sum = 0.0;
        for (var i = 0; i < 1_000_000; i++)
            sum += site.Image().Grid.Import.Value.Watts;
        output.WriteLine($"Step {steps.TotalMicroseconds / 1e6:0.000} µs, Image {clock.GetElapsedTime(started).TotalMicroseconds / 1e6:0.000} µs");
        Assert.True(double.IsFinite(sum));
    }
}
