using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>The part of a simulated site that one device stands in: what hangs on it, and what the whole site does around it.</summary>
internal sealed class DeviceShare
{
    public DeviceShare(SimulatedSite physics, int device)
    {
        var site = physics.Site;
        (Physics, Number) = (physics, device);
        Batteries = [.. Where(site.Batteries.Length, i => site.Batteries[i].Device == device || site.Batteries[i].Bms == device)];
        Commanded = [.. Where(site.Batteries.Length, i => site.Batteries[i].Device == device)];
        Plants = [.. Where(site.PvPlants.Length, i => site.PvPlants[i].Device == device)];
        Charger = site.EvChargers.FirstOrDefault(charger => charger.Device == device);
        ChargerIndex = Charger is null ? -1 : site.EvChargers.IndexOf(Charger);
    }

    public SimulatedSite Physics { get; }

    /// <summary>The device's place in the site.</summary>
    public int Number { get; }

    /// <summary>Batteries it carries out the setpoints of or speaks for, by their place in the site.</summary>
    public int[] Batteries { get; }

    /// <summary>Batteries it carries out the setpoints of.</summary>
    public int[] Commanded { get; }
    public int[] Plants { get; }
    public EvCharger? Charger { get; }

    /// <summary>−1 without a charger.</summary>
    public int ChargerIndex { get; }
    public SimulatedBattery? Battery => Batteries.Length > 0 ? Physics.Batteries[Batteries[0]] : null;
    public SimulatedEv? Ev => ChargerIndex >= 0 ? Physics.EvChargers[ChargerIndex] : null;
    public SimulatedGrid Grid => Physics.Grid;

    /// <summary>The end of the last step in ms of the site's own time; device timers count on it.</summary>
    public long NowMs => Physics.Now.UnixMilliseconds;

    public double PvWatts
    {
        get
        {
            var sum = 0.0;
            foreach (var plant in Plants)
                sum += Physics.PvPlants[plant].ProductionWatts;
            return sum;
        }
    }

    public double PvAvailableWatts
    {
        get
        {
            var sum = 0.0;
            foreach (var plant in Plants)
                sum += Physics.PvPlants[plant].AvailableWatts;
            return sum;
        }
    }

    public double PvRatedWatts
    {
        get
        {
            var sum = 0.0;
            foreach (var plant in Plants)
                sum += Physics.PvPlants[plant].RatedWatts;
            return sum;
        }
    }

    /// <summary>AC, discharge positive.</summary>
    public double DischargeWatts
    {
        get
        {
            var sum = 0.0;
            foreach (var battery in Batteries)
                sum += Physics.Batteries[battery].DischargeWatts;
            return sum;
        }
    }

    /// <summary>The same as the batteries tell it.</summary>
    private double ToldDischargeWatts
    {
        get
        {
            var sum = 0.0;
            foreach (var battery in Batteries)
                sum += Physics.Batteries[battery].ToldDischargeWatts;
            return sum;
        }
    }

    /// <summary>What a faultless device would measure; NaN when it has nothing to measure there.</summary>
    public double Of(Measure measure) => measure switch
    {
        Measure.GridImport => Grid.ImportWatts,
        Measure.GridVoltageL1 => Volts(0),
        Measure.GridVoltageL2 => Volts(1),
        Measure.GridVoltageL3 => Volts(2),
        Measure.GridCurrentL1 => Amperes(0),
        Measure.GridCurrentL2 => Amperes(1),
        Measure.GridCurrentL3 => Amperes(2),
        Measure.GridFrequency => Grid.Hertz,
        Measure.GridImportedEnergy => Grid.ImportedWattHours,
        Measure.GridExportedEnergy => Grid.ExportedWattHours,
        Measure.PvProduction => PvWatts,
        Measure.BatteryDischarge => ToldDischargeWatts,
        Measure.EvCharge => Ev?.ChargeWatts ?? 0,
        Measure.EvState => (double)(Ev?.State ?? EvState.NoCar),
        Measure.EvOfferedCurrent => Ev?.OfferedAmperes ?? 0,
        Measure.EvSessionEnergy => Ev?.SessionWattHours ?? 0,
        _ => Battery is { } battery ? Of(battery, measure) : double.NaN,
    };

    /// <summary>Phase to neutral; 0 on a phase the site does not have.</summary>
    public double Volts(int phase) => phase < Grid.Phases ? Grid.Volts(phase) : 0;

    public double Amperes(int phase) => phase < Grid.Phases ? Grid.Amperes(phase) : 0;

    /// <summary>Import of one phase; 0 on a phase the site does not have.</summary>
    public double Watts(int phase) => phase < Grid.Phases ? Grid.PhaseWatts(phase) : 0;

    private static double Of(SimulatedBattery battery, Measure measure) => measure switch
    {
        Measure.BatterySoc => battery.Soc * 100,
        Measure.BatterySoh => 100,
        Measure.BatteryVoltage => battery.PackVolts,
        Measure.BatteryTemperature => battery.Celsius,
        Measure.BatteryCellVoltageMin => battery.CellMinVolts,
        Measure.BatteryCellVoltageMax => battery.CellMaxVolts,
        Measure.BatteryChargeCurrentMax => battery.ChargeMaxAmperes,
        Measure.BatteryDischargeCurrentMax => battery.DischargeMaxAmperes,
        Measure.BatteryChargeAllowed => battery.ChargeAllowed ? 1 : 0,
        Measure.BatteryDischargeAllowed => battery.DischargeAllowed ? 1 : 0,
        _ => double.NaN,
    };

    private static IEnumerable<int> Where(int count, Func<int, bool> holds) => Enumerable.Range(0, count).Where(holds);
}
