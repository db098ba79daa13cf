using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>Writes a process image straight from a simulated site, past wires and registers: the fast path of training and storms.</summary>
internal static class SimulatedImage
{
    public static ProcessImage Of(SimulatedSite site, SimulatedBattery[] batteries, SimulatedPv[] pvPlants, SimulatedEv[] evChargers, DeviceReadings[] devices)
    {
        var batteryReadings = batteries.Length == 0 ? [] : new BatteryReadings[batteries.Length];
        for (var i = 0; i < batteries.Length; i++)
            batteryReadings[i] = Of(batteries[i]);
        var pvReadings = pvPlants.Length == 0 ? [] : new PvReadings[pvPlants.Length];
        for (var i = 0; i < pvPlants.Length; i++)
            pvReadings[i] = new() { Production = Watts(pvPlants[i].ProductionWatts) };
        var evReadings = evChargers.Length == 0 ? [] : new EvReadings[evChargers.Length];
        for (var i = 0; i < evChargers.Length; i++)
            evReadings[i] = Of(evChargers[i]);

        // Nobody else ever holds these arrays; the devices' never change, for all of them are always up.
        return new(
            site.Now,
            Of(site.Grid),
            ImmutableCollectionsMarshal.AsImmutableArray(batteryReadings),
            ImmutableCollectionsMarshal.AsImmutableArray(pvReadings),
            ImmutableCollectionsMarshal.AsImmutableArray(evReadings),
            ImmutableCollectionsMarshal.AsImmutableArray(devices));
    }

    private static GridReadings Of(SimulatedGrid grid) => new()
    {
        Import = Watts(grid.ImportWatts),
        VoltageL1 = Volts(grid.Volts(0)),
        VoltageL2 = grid.Phases > 1 ? Volts(grid.Volts(1)) : Reading.Bad<Voltage>(BadReason.NotInstalled),
        VoltageL3 = grid.Phases > 1 ? Volts(grid.Volts(2)) : Reading.Bad<Voltage>(BadReason.NotInstalled),
        CurrentL1 = Amperes(grid.Amperes(0)),
        CurrentL2 = grid.Phases > 1 ? Amperes(grid.Amperes(1)) : Reading.Bad<Current>(BadReason.NotInstalled),
        CurrentL3 = grid.Phases > 1 ? Amperes(grid.Amperes(2)) : Reading.Bad<Current>(BadReason.NotInstalled),
        Frequency = Reading.Good(Frequency.FromHertz(grid.Hertz)),
        ImportedEnergy = WattHours(grid.ImportedWattHours),
        ExportedEnergy = WattHours(grid.ExportedWattHours),
    };

    private static BatteryReadings Of(SimulatedBattery battery) => new()
    {
        Discharge = Watts(battery.ToldDischargeWatts),
        Soc = Reading.Good(Fraction.FromRatio(battery.Soc)),
        Voltage = Volts(battery.PackVolts),
        Temperature = Reading.Good(Temperature.FromCelsius(battery.Celsius)),
        CellVoltageMin = Volts(battery.CellMinVolts),
        CellVoltageMax = Volts(battery.CellMaxVolts),
        ChargeCurrentMax = Amperes(battery.ChargeMaxAmperes),
        DischargeCurrentMax = Amperes(battery.DischargeMaxAmperes),
        ChargeAllowed = Reading.Good(battery.ChargeAllowed),
        DischargeAllowed = Reading.Good(battery.DischargeAllowed),
    };

    private static EvReadings Of(SimulatedEv charger) => new()
    {
        Charge = Watts(charger.ChargeWatts),
        State = Reading.Good(charger.State),
        OfferedCurrent = Amperes(charger.OfferedAmperes),
        SessionEnergy = WattHours(charger.SessionWattHours),
    };

    private static Reading<Power> Watts(double value) => Reading.Good(Power.FromWatts(value));
    private static Reading<Voltage> Volts(double value) => Reading.Good(Voltage.FromVolts(value));
    private static Reading<Current> Amperes(double value) => Reading.Good(Current.FromAmperes(value));
    private static Reading<Energy> WattHours(double value) => Reading.Good(Energy.FromWattHours(value));
}
