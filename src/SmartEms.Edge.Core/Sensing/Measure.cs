namespace SmartEms.Edge.Core.Sensing;

/// <summary>The telemetry points the controller itself understands; a device profile maps its registers to them. Names state the positive direction.</summary>
public enum Measure : byte
{
    None = 0,

    // Grid meter at the PCC
    GridImport,
    GridVoltageL1,
    GridVoltageL2,
    GridVoltageL3,
    GridCurrentL1,
    GridCurrentL2,
    GridCurrentL3,
    GridFrequency,
    GridImportedEnergy,
    GridExportedEnergy,

    // PV
    PvProduction,
    PvProducedEnergy,

    /// <summary>AC power at an inverter's terminals, out of it; on a hybrid PV and battery together.</summary>
    InverterOutput,

    // Battery and BMS
    BatteryDischarge,
    BatterySoc,
    BatterySoh,
    BatteryVoltage,
    BatteryTemperature,
    BatteryCellVoltageMin,
    BatteryCellVoltageMax,
    BatteryChargeCurrentMax,
    BatteryDischargeCurrentMax,
    BatteryChargeAllowed,
    BatteryDischargeAllowed,

    // EVSE
    EvCharge,
    EvState,
    EvOfferedCurrent,
    EvSessionEnergy,
}

/// <summary>What is true of a measure for every device: unit, plausible range, and how long a value may stand. Profiles may narrow it.</summary>
public sealed record MeasureFact(Measure Measure, string Name, string Unit, double Min, double Max, int MaxAgeMs);

/// <summary>The catalogue of measures. Ages: power 5 s, state of charge 60 s; a value older than three times its age is Bad.</summary>
public static class Measures
{
    private static readonly MeasureFact[] Facts =
    [
        new(Measure.None, "none", "", 0, 0, 0),
        new(Measure.GridImport, "grid_import", "W", -1_000_000, 1_000_000, 5_000),
        new(Measure.GridVoltageL1, "grid_voltage_l1", "V", 50, 400, 5_000),
        new(Measure.GridVoltageL2, "grid_voltage_l2", "V", 50, 400, 5_000),
        new(Measure.GridVoltageL3, "grid_voltage_l3", "V", 50, 400, 5_000),
        new(Measure.GridCurrentL1, "grid_current_l1", "A", -5_000, 5_000, 5_000),
        new(Measure.GridCurrentL2, "grid_current_l2", "A", -5_000, 5_000, 5_000),
        new(Measure.GridCurrentL3, "grid_current_l3", "A", -5_000, 5_000, 5_000),
        new(Measure.GridFrequency, "grid_frequency", "Hz", 40, 70, 5_000),
        new(Measure.GridImportedEnergy, "grid_imported_energy", "Wh", 0, 1e12, 300_000),
        new(Measure.GridExportedEnergy, "grid_exported_energy", "Wh", 0, 1e12, 300_000),
        new(Measure.PvProduction, "pv_production", "W", -500, 1_000_000, 5_000),
        new(Measure.PvProducedEnergy, "pv_produced_energy", "Wh", 0, 1e12, 300_000),
        new(Measure.InverterOutput, "inverter_output", "W", -1_000_000, 1_000_000, 5_000),
        new(Measure.BatteryDischarge, "battery_discharge", "W", -1_000_000, 1_000_000, 5_000),
        new(Measure.BatterySoc, "battery_soc", "%", 0, 100, 60_000),
        new(Measure.BatterySoh, "battery_soh", "%", 0, 100, 3_600_000),
        new(Measure.BatteryVoltage, "battery_voltage", "V", 10, 1_500, 10_000),
        new(Measure.BatteryTemperature, "battery_temperature", "°C", -40, 90, 60_000),
        new(Measure.BatteryCellVoltageMin, "battery_cell_voltage_min", "V", 1, 5, 30_000),
        new(Measure.BatteryCellVoltageMax, "battery_cell_voltage_max", "V", 1, 5, 30_000),
        new(Measure.BatteryChargeCurrentMax, "battery_charge_current_max", "A", 0, 5_000, 30_000),
        new(Measure.BatteryDischargeCurrentMax, "battery_discharge_current_max", "A", 0, 5_000, 30_000),
        new(Measure.BatteryChargeAllowed, "battery_charge_allowed", "", 0, 1, 30_000),
        new(Measure.BatteryDischargeAllowed, "battery_discharge_allowed", "", 0, 1, 30_000),
        new(Measure.EvCharge, "ev_charge", "W", -100_000, 1_000_000, 10_000),
        new(Measure.EvState, "ev_state", "", 0, 4, 10_000),
        new(Measure.EvOfferedCurrent, "ev_offered_current", "A", 0, 500, 30_000),
        new(Measure.EvSessionEnergy, "ev_session_energy", "Wh", 0, 1e9, 60_000),
    ];

    public static int Count => Facts.Length;

    public static MeasureFact Fact(Measure measure) => Facts[(int)measure];

    /// <summary>The measure of a name in a profile, or null when there is none.</summary>
    public static Measure? Find(string name)
    {
        foreach (var fact in Facts)
            if (fact.Measure != Measure.None && fact.Name == name)
                return fact.Measure;
        return null;
    }

    public static IEnumerable<string> Names => Facts.Skip(1).Select(fact => fact.Name);
}
