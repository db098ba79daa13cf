using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>Each bound of a battery at its edges, in its fade, and when its reading is unknown. Ratings are 5 kW each way.</summary>
public sealed class BatteryBoundTests
{
    private static readonly PowerRange Wide = PowerRange.Of(Power.FromWatts(-5_000), Power.FromWatts(5_000), Bound.Rating);

    [Theory]
    [InlineData(0.50, -5000, 5000)]
    [InlineData(0.11, -5000, 5000)]
    [InlineData(0.105, -5000, 2500)]
    [InlineData(0.10, -5000, 0)]
    [InlineData(0.0, -5000, 0)]
    [InlineData(-0.2, -5000, 0)]
    [InlineData(0.89, -5000, 5000)]
    [InlineData(0.895, -2500, 5000)]
    [InlineData(0.90, 0, 5000)]
    [InlineData(1.3, 0, 5000)]
    public void State_of_charge(double soc, double low, double high) =>
        Holds(low, high, StateOfCharge.Narrow(Wide, Given.Cells(0, soc), Given.Battery, isIsland: false));

    [Theory]
    [InlineData(3.30, 3.30, -5000, 5000)]
    [InlineData(3.30, 3.50, -5000, 5000)]
    [InlineData(3.30, 3.525, -2500, 5000)]
    [InlineData(3.30, 3.55, 0, 5000)]
    [InlineData(3.30, 4.20, 0, 5000)]
    [InlineData(2.95, 3.30, -5000, 5000)]
    [InlineData(2.925, 3.30, -5000, 2500)]
    [InlineData(2.90, 3.30, -5000, 0)]
    [InlineData(1.00, 3.30, -5000, 0)]
    public void Cell_voltages(double lowest, double highest, double low, double high) =>
        Holds(low, high, CellVoltages.Narrow(Wide, Given.Cells() with { CellVoltageMin = Given.Volts(lowest), CellVoltageMax = Given.Volts(highest) }, Given.Battery));

    [Theory]
    [InlineData(25, -5000, 5000)]
    [InlineData(40, -5000, 5000)]
    [InlineData(42.5, -2500, 5000)]
    [InlineData(45, 0, 5000)]
    [InlineData(47.5, 0, 2500)]
    [InlineData(50, 0, 0)]
    [InlineData(5, -5000, 5000)]
    [InlineData(2.5, -2500, 5000)]
    [InlineData(0, 0, 5000)]
    [InlineData(-7.5, 0, 2500)]
    [InlineData(-10, 0, 0)]
    public void Temperature_of_the_cells(double celsius, double low, double high) =>
        Holds(low, high, Temperatures.Narrow(Wide, Given.Cells() with { Temperature = Given.Celsius(celsius) }, Given.Battery));

    [Theory]
    [InlineData(200.0, 200.0, -5000, 5000)]
    [InlineData(20.0, 10.0, -1000, 500)]
    [InlineData(0.0, 0.0, 0, 0)]
    [InlineData(-5.0, -5.0, 0, 0)]
    public void Current_limits_of_the_bms(double ccl, double dcl, double low, double high) =>
        Holds(low, high, BmsLimits.Narrow(Wide, Given.Cells() with { Voltage = Given.Volts(50), ChargeCurrentMax = Given.Amperes(ccl), DischargeCurrentMax = Given.Amperes(dcl) }));

    [Fact]
    public void Zero_amperes_need_no_voltage()
    {
        var cells = Given.Cells() with { ChargeCurrentMax = Given.Amperes(0), DischargeCurrentMax = Given.Amperes(0) };
        Holds(0, 0, BmsLimits.Narrow(Wide, cells));
    }

    [Fact]
    public void Permissions_of_the_bms()
    {
        Holds(0, 5_000, BmsLimits.Narrow(Wide, Given.Cells() with { ChargeAllowed = Reading.Good(false), DischargeAllowed = Reading.Good(true) }));
        Holds(-5_000, 0, BmsLimits.Narrow(Wide, Given.Cells() with { ChargeAllowed = Reading.Good(true), DischargeAllowed = Reading.Good(false) }));
    }

    [Fact]
    public void An_old_value_still_tightens()
    {
        Holds(-5_000, 0, StateOfCharge.Narrow(Wide, Given.Cells() with { Soc = new(Fraction.FromRatio(0.05), Quality.Uncertain(90_000)) }, Given.Battery, isIsland: false));
        Holds(0, 5_000, BmsLimits.Narrow(Wide, Given.Cells() with { ChargeAllowed = new(false, Quality.Uncertain(90_000)) }));
        Holds(0, 0, Temperatures.Narrow(Wide, Given.Cells() with { Temperature = new(Temperature.FromCelsius(60), Quality.Uncertain(90_000)) }, Given.Battery));
    }

    [Fact]
    public void What_it_steers_by_must_be_good()
    {
        var old = Quality.Uncertain(9_000);
        var cells = Given.Cells();
        Holds(-5_000, 5_000, Lost(cells, Given.Grid()));
        Holds(0, 0, Lost(cells with { Soc = cells.Soc with { Quality = old } }, Given.Grid()));
        Holds(0, 0, Lost(cells with { Discharge = cells.Discharge with { Quality = old } }, Given.Grid()));
        Holds(0, 0, Lost(cells, Given.Grid() with { Import = new(default, old) }));
    }

    [Fact]
    public void A_bms_value_that_should_be_there_and_is_not_rests_the_battery()
    {
        var (cells, lost) = (Given.Cells(), BadReason.Timeout);
        BatteryReadings[] silent =
        [
            cells with { Voltage = Reading.Bad<Voltage>(lost) },
            cells with { Temperature = Reading.Bad<Temperature>(lost) },
            cells with { CellVoltageMin = Reading.Bad<Voltage>(lost) },
            cells with { CellVoltageMax = Reading.Bad<Voltage>(lost) },
            cells with { ChargeCurrentMax = Reading.Bad<Current>(lost) },
            cells with { DischargeCurrentMax = Reading.Bad<Current>(lost) },
            cells with { ChargeAllowed = Reading.Bad<bool>(BadReason.NeverRead) },
            cells with { DischargeAllowed = Reading.Bad<bool>(BadReason.NotAvailable) },
        ];
        Assert.All(silent, readings => Holds(0, 0, Lost(readings, Given.Grid())));
    }

    [Fact]
    public void The_narrowest_bound_is_named()
    {
        var site = Given.Site();
        var image = Given.Image(site);
        image = image with { Batteries = [Given.Cells(0, 0.105) with { Temperature = Given.Celsius(49) }] };
        var range = Envelope.Draw(image, site).Batteries[0];
        Assert.Equal((Bound.Temperature, 1_000.0), (range.High.By, range.High.Value.Watts));
        Assert.Equal((Bound.Temperature, 0.0), (range.Low.By, range.Low.Value.Watts));
    }

    private static PowerRange Lost(BatteryReadings readings, GridReadings grid)
    {
        var site = Given.Site();
        return UnknownReadings.Narrow(Wide, Reactions.Of(Given.Image(site) with { Batteries = [readings], Grid = grid }, site), 0);
    }

    private static void Holds(double low, double high, PowerRange range)
    {
        Assert.Equal(low, range.Low.Value.Watts, 6);
        Assert.Equal(high, range.High.Value.Watts, 6);
    }
}
