using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests;

/// <summary>A plain house to start a test from: one battery, one plant, one charger, everything well and at rest. Tests change what they are about.</summary>
internal static class Given
{
    public static readonly Battery Battery = new("house", 1, null, Energy.FromWattHours(10_000), Power.FromWatts(5_000), Power.FromWatts(5_000));
    public static readonly EvCharger Charger = new("wallbox", 2, Current.FromAmperes(6), Current.FromAmperes(16), 3);
    public static readonly PvPlant Plant = new("roof", 1, Power.FromWatts(10_000), true);
    public static readonly Pcc Pcc = new(0, Power.FromWatts(10_000), Power.FromWatts(8_000), Current.FromAmperes(35));

    public static Site Site(int batteries = 1, int chargers = 1, int plants = 1) =>
        new("home", "Home", Pcc, Tariff.Unpriced, [Device("meter"), Device("inverter"), Device("charger")])
        {
            Batteries = [.. Enumerable.Range(1, batteries).Select(i => Battery with { Name = i == 1 ? "house" : $"house{i}" })],
            EvChargers = [.. Enumerable.Range(1, chargers).Select(i => Charger with { Name = i == 1 ? "wallbox" : $"wallbox{i}" })],
            PvPlants = [.. Enumerable.Range(1, plants).Select(i => Plant with { Name = i == 1 ? "roof" : $"roof{i}" })],
        };

    public static GridReadings Grid(double importWatts = 0) => new()
    {
        Import = Watts(importWatts),
        VoltageL1 = Volts(230),
        VoltageL2 = Volts(230),
        VoltageL3 = Volts(230),
        CurrentL1 = Amperes(Math.Abs(importWatts) / 690),
        CurrentL2 = Amperes(Math.Abs(importWatts) / 690),
        CurrentL3 = Amperes(Math.Abs(importWatts) / 690),
        Frequency = Reading.Good(Frequency.FromHertz(50)),
        ImportedEnergy = Missing<Energy>(),
        ExportedEnergy = Missing<Energy>(),
    };

    /// <summary>A battery that tells its power and state of charge; its BMS tells nothing more.</summary>
    public static BatteryReadings Cells(double dischargeWatts = 0, double soc = 0.5) => new()
    {
        Discharge = Watts(dischargeWatts),
        Soc = Reading.Good(Fraction.FromRatio(soc)),
        Voltage = Missing<Voltage>(),
        Temperature = Missing<Temperature>(),
        CellVoltageMin = Missing<Voltage>(),
        CellVoltageMax = Missing<Voltage>(),
        ChargeCurrentMax = Missing<Current>(),
        DischargeCurrentMax = Missing<Current>(),
        ChargeAllowed = Missing<bool>(),
        DischargeAllowed = Missing<bool>(),
    };

    public static EvReadings Car(double watts = 0, EvState state = EvState.Charging) => new()
    {
        Charge = Watts(watts),
        State = Reading.Good(state),
        OfferedCurrent = Missing<Current>(),
        SessionEnergy = Missing<Energy>(),
    };

    public static ProcessImage Image(Site site, double importWatts = 0) => new(
        new Instant(1_750_000_000_000),
        Grid(importWatts),
        [.. site.Batteries.Select(_ => Cells())],
        [.. site.PvPlants.Select(_ => new PvReadings { Production = Watts(0) })],
        [.. site.EvChargers.Select(_ => Car())],
        [.. site.Devices.Select(_ => new DeviceReadings(LinkState.Up, 0, 0))]);

    public static Reading<Power> Watts(double value) => Reading.Good(Power.FromWatts(value));
    public static Reading<Voltage> Volts(double value) => Reading.Good(Voltage.FromVolts(value));
    public static Reading<Current> Amperes(double value) => Reading.Good(Current.FromAmperes(value));
    public static Reading<Temperature> Celsius(double value) => Reading.Good(Temperature.FromCelsius(value));
    public static Reading<T> Missing<T>() where T : struct => Reading.Bad<T>(BadReason.NotInstalled);

    public static ImmutableArray<T> With<T>(this ImmutableArray<T> all, int index, Func<T, T> change) => all.SetItem(index, change(all[index]));

    private static Device Device(string name) => new(name, "test", new("127.0.0.1", 502, 1));
}
