using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>The frozen readings one rhythm works on, in the order of the site's batteries, plants and chargers. Nobody changes it once taken.</summary>
public sealed record ProcessImage(
    Instant TakenAt,
    GridReadings Grid,
    ImmutableArray<BatteryReadings> Batteries,
    ImmutableArray<PvReadings> PvPlants,
    ImmutableArray<EvReadings> EvChargers,
    ImmutableArray<DeviceReadings> Devices)
{
    /// <summary>In the order of the site's contacts; empty where it has none, and in records from before there were any.</summary>
    public ImmutableArray<ContactReadings> Contacts { get; init; } = [];

    /// <summary>What people, contacts and the cloud have ordered and what stands now.</summary>
    public Orders Orders { get; init; } = Orders.None;

    /// <summary>The machine we run on.</summary>
    public BoxReadings Box { get; init; }

    /// <summary>What is known beyond the devices; null between the quarter-hours, and in records from before there was any.</summary>
    public Outside? Outside { get; init; }

    /// <summary>True when every device has answered and every power and SoC the controller steers by is Good.</summary>
    public bool IsComplete
    {
        get
        {
            if (!Grid.Import.IsGood)
                return false;
            foreach (var battery in Batteries)
                if (!battery.Discharge.IsGood || !battery.Soc.IsGood)
                    return false;
            foreach (var plant in PvPlants)
                if (!plant.Production.IsGood)
                    return false;
            foreach (var charger in EvChargers)
                if (!charger.Charge.IsGood || !charger.State.IsGood)
                    return false;
            return true;
        }
    }
}

/// <summary>The grid meter at the PCC; currents are unsigned magnitudes.</summary>
public sealed record GridReadings
{
    public Reading<Power> Import { get; init; }
    public Reading<Voltage> VoltageL1 { get; init; }
    public Reading<Voltage> VoltageL2 { get; init; }
    public Reading<Voltage> VoltageL3 { get; init; }
    public Reading<Current> CurrentL1 { get; init; }
    public Reading<Current> CurrentL2 { get; init; }
    public Reading<Current> CurrentL3 { get; init; }
    public Reading<Frequency> Frequency { get; init; }
    public Reading<Energy> ImportedEnergy { get; init; }
    public Reading<Energy> ExportedEnergy { get; init; }
}

/// <summary>A battery as its inverter and its BMS report it.</summary>
public sealed record BatteryReadings
{
    public Reading<Power> Discharge { get; init; }
    public Reading<Fraction> Soc { get; init; }
    public Reading<Voltage> Voltage { get; init; }
    public Reading<Temperature> Temperature { get; init; }
    public Reading<Voltage> CellVoltageMin { get; init; }
    public Reading<Voltage> CellVoltageMax { get; init; }

    /// <summary>The BMS's own charge current limit (CCL).</summary>
    public Reading<Current> ChargeCurrentMax { get; init; }

    /// <summary>The BMS's own discharge current limit (DCL).</summary>
    public Reading<Current> DischargeCurrentMax { get; init; }
    public Reading<bool> ChargeAllowed { get; init; }
    public Reading<bool> DischargeAllowed { get; init; }
}

/// <summary>A PV plant.</summary>
public sealed record PvReadings
{
    public Reading<Power> Production { get; init; }
}

/// <summary>What a charger says of its car (IEC 61851 states A, B, C and F in our words).</summary>
public enum EvState : byte
{
    Unknown = 0,
    NoCar = 1,

    /// <summary>Plugged in, not drawing.</summary>
    Connected = 2,
    Charging = 3,
    Error = 4,
}

/// <summary>A charge point and the car at it.</summary>
public sealed record EvReadings
{
    public Reading<Power> Charge { get; init; }
    public Reading<EvState> State { get; init; }
    public Reading<Current> OfferedCurrent { get; init; }
    public Reading<Energy> SessionEnergy { get; init; }
}

/// <summary>The link of one device as the poller sees it.</summary>
public readonly record struct DeviceReadings(LinkState Link, int SinceAnswerMs, int FailuresInARow)
{
    /// <summary>Whether it can be counted on to do what it is told.</summary>
    public ControlDoubts Controls { get; init; }

    /// <summary>What is odd about what it says.</summary>
    public ReadingDoubts Readings { get; init; }
}

/// <summary>Whether a device answers.</summary>
public enum LinkState : byte
{
    /// <summary>Not tried yet.</summary>
    Starting = 0,
    Up,

    /// <summary>Some transactions fail; the last good answer is younger than the back-off.</summary>
    Faltering,

    /// <summary>Something answers, but not in valid Modbus.</summary>
    Garbled,
    Down,
}
