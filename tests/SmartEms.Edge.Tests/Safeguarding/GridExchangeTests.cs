using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>The limits of the connection under voltage, frequency and the fuses. The contract says 10 kW import and 8 kW export; the fuse is 35 A.</summary>
public sealed class GridExchangeTests
{
    [Theory]
    [InlineData(230, 10_000, 8_000)]
    [InlineData(220.8, 10_000, 8_000)]
    [InlineData(219.65, 5_000, 8_000)]
    [InlineData(218.5, 0, 8_000)]
    [InlineData(180, 0, 8_000)]
    [InlineData(239.2, 10_000, 8_000)]
    [InlineData(240.35, 10_000, 4_000)]
    [InlineData(241.5, 10_000, 0)]
    [InlineData(260, 10_000, 0)]
    public void Voltage(double volts, double import, double export)
    {
        Holds(import, export, Given.Grid() with { VoltageL1 = Given.Volts(volts) });
        Holds(import, export, Given.Grid() with { VoltageL3 = Given.Volts(volts) });
    }

    [Theory]
    [InlineData(50, 10_000, 8_000)]
    [InlineData(49.6, 10_000, 8_000)]
    [InlineData(49.55, 5_000, 8_000)]
    [InlineData(49.5, 0, 8_000)]
    [InlineData(50.4, 10_000, 8_000)]
    [InlineData(50.45, 10_000, 4_000)]
    [InlineData(50.5, 10_000, 0)]
    [InlineData(53, 10_000, 0)]
    public void Frequency_of_the_grid(double hertz, double import, double export) =>
        Holds(import, export, Given.Grid() with { Frequency = Reading.Good(Frequency.FromHertz(hertz)) });

    [Fact]
    public void Unknown_means_nothing_and_not_installed_means_no_bound()
    {
        Holds(0, 0, Given.Grid() with { VoltageL2 = Reading.Bad<Voltage>(BadReason.Timeout) });
        Holds(0, 0, Given.Grid() with { Frequency = Reading.Bad<Frequency>(BadReason.NeverRead) });
        Holds(10_000, 8_000, Given.Grid() with { VoltageL2 = Given.Missing<Voltage>(), Frequency = Given.Missing<Frequency>() });
    }

    [Fact]
    public void A_single_phase_site_does_not_ask_for_the_other_phases()
    {
        var lost = Reading.Bad<Voltage>(BadReason.NeverRead);
        var grid = Given.Grid() with { VoltageL2 = lost, VoltageL3 = lost, CurrentL2 = default, CurrentL3 = default };
        var (import, _) = GridExchange.Limits(grid, Given.Pcc with { Phases = 1 });
        Assert.Equal((Bound.PhaseCurrent, 35.0 * 230), (import.By, import.Value.Watts));
    }

    [Theory]
    [InlineData(6_000, 33, 7_380)]
    [InlineData(6_000, 35, 6_000)]
    [InlineData(6_000, 40, 2_550)]
    [InlineData(1_000, 60, 0)]
    [InlineData(6_000, -40, 2_550)]
    public void An_importing_phase_leaves_its_room_on_every_phase(double importWatts, double amperes, double allowed)
    {
        var (import, export) = GridExchange.Limits(Given.Grid(importWatts) with { CurrentL2 = Given.Amperes(amperes) }, Given.Pcc);
        Assert.Equal(allowed, import.Value.Watts, 6);
        Assert.Equal(Bound.PhaseCurrent, import.By);
        Assert.Equal(8_000, export.Value.Watts);
    }

    [Fact]
    public void An_exporting_phase_limits_export()
    {
        var (import, export) = GridExchange.Limits(Given.Grid(-6_000) with { CurrentL1 = Given.Amperes(34) }, Given.Pcc);
        Assert.Equal((10_000.0, 6_690.0, Bound.PhaseCurrent), (import.Value.Watts, export.Value.Watts, export.By));
    }

    [Theory]
    [InlineData(1_000, 1_000, 0)]
    [InlineData(-2_000, 0, 2_000)]
    [InlineData(9_000, 5_750, 0)]
    public void With_an_unknown_current_the_exchange_may_not_grow(double import, double most, double mostExport)
    {
        var lost = Given.Grid(import) with { CurrentL3 = Reading.Bad<Current>(BadReason.Timeout) };
        var limits = GridExchange.Limits(lost, Given.Pcc with { PhaseCurrentMax = Current.FromAmperes(25) });
        Assert.Equal((most, mostExport), (limits.Import.Value.Watts, limits.Export.Value.Watts));
        Assert.Equal((Bound.UnknownReading, Bound.UnknownReading), (limits.Import.By, limits.Export.By));
    }

    [Fact]
    public void A_meter_without_currents_is_trusted_with_one_fuse()
    {
        var bare = Given.Grid(1_000) with { CurrentL3 = Reading.Bad<Current>(BadReason.NotInstalled) };
        var (import, export) = GridExchange.Limits(bare, Given.Pcc with { PhaseCurrentMax = Current.FromAmperes(25) });
        Assert.Equal((5_750.0, 5_750.0), (import.Value.Watts, export.Value.Watts));
        Assert.Equal((Bound.PhaseCurrent, Bound.PhaseCurrent), (import.By, export.By));
    }

    private static void Holds(double import, double export, GridReadings grid)
    {
        var limits = GridExchange.Limits(grid, Given.Pcc);
        Assert.Equal(import, limits.Import.Value.Watts, 6);
        Assert.Equal(export, limits.Export.Value.Watts, 6);
    }
}
