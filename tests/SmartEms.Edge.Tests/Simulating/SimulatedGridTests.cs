using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

public class SimulatedGridTests
{
    private static SimulatedSite Make(double load, double pv, int phases = 3) => new(Homes.Site(0, 1, 1, phases), Homes.Flat(load, pv), new()
    {
        Start = Homes.Start,
        Varied = false,
        Grid = new() { SourceOhms = 0.3, VoltageWander = 0 },
        EvChargers = [new() { Arrivals = false, CarPhases = 1, CarAmperesMax = 16 }],
    });

    [Fact]
    public void Import_lowers_and_export_raises_the_voltage()
    {
        var importing = Make(6_900, 0);
        importing.Step(1);
        Assert.Equal(230 - (0.3 * 0.45 * 6_900 / 230), importing.Grid.Volts(0), 1e-9);
        var exporting = Make(0, 1_000);
        exporting.Step(1);
        Assert.Equal(230 + (0.3 * 2_000 / 230), exporting.Grid.Volts(2), 1e-9);
    }

    [Fact]
    public void The_phases_add_up_to_the_import_and_a_one_phase_car_loads_the_first()
    {
        var site = Make(3_000, 0);
        site.PlugIn(0, 10_000, 3600);
        site.OfferEv(0, 16, 3600);
        site.Run(60);
        Assert.Equal(site.ImportWatts, site.Grid.PhaseWatts(0) + site.Grid.PhaseWatts(1) + site.Grid.PhaseWatts(2), 1e-6);
        Assert.Equal(1_350 + 3_680, site.Grid.PhaseWatts(0), 1.0);
        Assert.Equal(990, site.Grid.PhaseWatts(1), 1e-6);
        Assert.Equal(site.Grid.PhaseWatts(0) / site.Grid.Volts(0), site.Grid.Amperes(0), 1e-9);
    }

    [Fact]
    public void Voltage_and_frequency_wander_within_their_band()
    {
        var site = new SimulatedSite(Homes.Site(0, 0, 0), Homes.Flat(0, 0), new() { Start = Homes.Start });
        double low = 50, high = 50, sag = 230, swell = 230;
        for (var i = 0; i < 86_400; i++)
        {
            site.Step(1);
            (low, high) = (Math.Min(low, site.Grid.Hertz), Math.Max(high, site.Grid.Hertz));
            (sag, swell) = (Math.Min(sag, site.Grid.Volts(1)), Math.Max(swell, site.Grid.Volts(1)));
        }

        Assert.InRange(low, 49.95, 49.97);
        Assert.InRange(high, 50.03, 50.05);
        Assert.InRange(sag, 227.5, 229);
        Assert.InRange(swell, 231, 232.5);
    }

    [Fact]
    public void Scheduled_excursions_come_and_go()
    {
        var site = Make(0, 0);
        site.Grid.Schedule(new(Homes.Start + TimeSpan.FromSeconds(10), Homes.Start + TimeSpan.FromSeconds(20), 25, 0));
        site.Grid.Schedule(new(Homes.Start + TimeSpan.FromSeconds(15), Homes.Start + TimeSpan.FromSeconds(20), -500, 0.7) { Phase = 2 });
        site.Run(9);
        Assert.Equal(230, site.Grid.Volts(0), 1e-9);
        site.Run(1);
        Assert.Equal(255, site.Grid.Volts(0), 1e-9);
        site.Run(5);
        Assert.Equal(23, site.Grid.Volts(1), 1e-9);
        Assert.InRange(site.Grid.Hertz, 50.65, 50.75);
        site.Run(5);
        Assert.Equal(230, site.Grid.Volts(1), 1e-9);
        Assert.InRange(site.Grid.Hertz, 49.95, 50.05);
    }

    [Fact]
    public void A_one_phase_site_has_no_other_phases()
    {
        var site = Make(2_300, 0, phases: 1);
        site.Step(1);
        var grid = site.Image().Grid;
        Assert.Equal(2_300, site.Grid.PhaseWatts(0), 1e-6);
        Assert.True(grid.VoltageL1.IsGood);
        Assert.Equal(BadReason.NotInstalled, grid.VoltageL2.Quality.Reason);
        Assert.Equal(BadReason.NotInstalled, grid.CurrentL3.Quality.Reason);
    }

    [Fact]
    public void Energy_counters_only_rise()
    {
        var site = Make(1_000, 1_000);
        var (imported, exported) = (0.0, 0.0);
        site.LimitPv(0, 0, 3600);
        for (var i = 0; i < 7200; i++)
        {
            site.Step(1);
            Assert.True(site.Grid.ImportedWattHours >= imported && site.Grid.ExportedWattHours >= exported);
            (imported, exported) = (site.Grid.ImportedWattHours, site.Grid.ExportedWattHours);
        }

        Assert.InRange(imported, 990, 1_001);
        Assert.InRange(exported, 4_980, 5_010);
    }
}
