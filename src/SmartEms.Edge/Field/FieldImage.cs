using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>Makes one process image of what the devices last said, each measure where the site has its place.</summary>
internal static class FieldImage
{
    public static ProcessImage Of(Site site, Sample[][] samples, DeviceReadings[] links, Instant now) => new(
        now,
        Grid(samples[site.Pcc.Meter]),
        [.. site.Batteries.Select(battery => Battery(battery, samples))],
        [.. site.PvPlants.Select(plant => new PvReadings { Production = Watts(samples[plant.Device], Measure.PvProduction) })],
        [.. site.EvChargers.Select(charger => Charger(samples[charger.Device]))],
        [.. links]);

    private static GridReadings Grid(Sample[] meter) => new()
    {
        Import = Watts(meter, Measure.GridImport),
        VoltageL1 = Volts(meter, Measure.GridVoltageL1),
        VoltageL2 = Volts(meter, Measure.GridVoltageL2),
        VoltageL3 = Volts(meter, Measure.GridVoltageL3),
        CurrentL1 = Amperes(meter, Measure.GridCurrentL1),
        CurrentL2 = Amperes(meter, Measure.GridCurrentL2),
        CurrentL3 = Amperes(meter, Measure.GridCurrentL3),
        Frequency = Made(meter[(int)Measure.GridFrequency], Frequency.FromHertz),
        ImportedEnergy = Made(meter[(int)Measure.GridImportedEnergy], Energy.FromWattHours),
        ExportedEnergy = Made(meter[(int)Measure.GridExportedEnergy], Energy.FromWattHours),
    };

    /// <summary>Power comes from the device that carries out the setpoint; what the BMS says of the cells goes before what the inverter thinks of them.</summary>
    private static BatteryReadings Battery(Battery battery, Sample[][] samples)
    {
        var inverter = samples[battery.Device];
        var bms = battery.Bms is { } index ? samples[index] : inverter;
        Sample Of(Measure measure) => bms[(int)measure].Quality.Reason == BadReason.NotInstalled ? inverter[(int)measure] : bms[(int)measure];
        return new()
        {
            Discharge = Watts(inverter, Measure.BatteryDischarge),
            Soc = Made(Of(Measure.BatterySoc), Fraction.FromPercent),
            Voltage = Made(Of(Measure.BatteryVoltage), Voltage.FromVolts),
            Temperature = Made(Of(Measure.BatteryTemperature), Temperature.FromCelsius),
            CellVoltageMin = Made(Of(Measure.BatteryCellVoltageMin), Voltage.FromVolts),
            CellVoltageMax = Made(Of(Measure.BatteryCellVoltageMax), Voltage.FromVolts),
            ChargeCurrentMax = Made(Of(Measure.BatteryChargeCurrentMax), Current.FromAmperes),
            DischargeCurrentMax = Made(Of(Measure.BatteryDischargeCurrentMax), Current.FromAmperes),
            ChargeAllowed = Made(Of(Measure.BatteryChargeAllowed), value => value != 0),
            DischargeAllowed = Made(Of(Measure.BatteryDischargeAllowed), value => value != 0),
        };
    }

    private static EvReadings Charger(Sample[] charger) => new()
    {
        Charge = Watts(charger, Measure.EvCharge),
        State = Made(charger[(int)Measure.EvState], value => (EvState)value),
        OfferedCurrent = Amperes(charger, Measure.EvOfferedCurrent),
        SessionEnergy = Made(charger[(int)Measure.EvSessionEnergy], Energy.FromWattHours),
    };

    private static Reading<Power> Watts(Sample[] of, Measure measure) => Made(of[(int)measure], Power.FromWatts);
    private static Reading<Voltage> Volts(Sample[] of, Measure measure) => Made(of[(int)measure], Voltage.FromVolts);
    private static Reading<Current> Amperes(Sample[] of, Measure measure) => Made(of[(int)measure], Current.FromAmperes);

    private static Reading<T> Made<T>(Sample sample, Func<double, T> make)
        where T : struct => new(sample.IsKnown ? make(sample.Value) : default, sample.Quality);
}
