using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>What Follow asks of the devices at one moment, in the site's order, each with the bound that clipped it.</summary>
public sealed record Setpoints(
    ImmutableArray<BatterySetpoint> Batteries,
    ImmutableArray<EvSetpoint> EvChargers,
    ImmutableArray<PvSetpoint> PvPlants)
{
    /// <summary>Which flexible loads may run.</summary>
    public ImmutableArray<LoadSetpoint> Loads { get; init; } = [];
}

/// <summary>Battery power, discharge positive, whole watts.</summary>
public readonly record struct BatterySetpoint(Power Discharge, Bound ClippedBy)
{
    /// <summary>The mode a device that knows it may be told instead of the power; null = the power holds.</summary>
    public BatteryMode? Native { get; init; }

    /// <summary>The device is left to its own automatic: with the grid lost it carries the house, and no power is told it from outside.</summary>
    public bool IsAutomatic { get; init; }
}

/// <summary>Current offered per phase; zero = no charging, otherwise never below the charger's minimum.</summary>
public readonly record struct EvSetpoint(Current Offer, Bound ClippedBy)
{
    /// <summary>Phases to be switched to now, 1 or 3; null = the contactor is left alone. Only ever given while the offer is zero and no current flows.</summary>
    public int? Phases { get; init; }
}

/// <summary>Whether a flexible load may run, and what keeps it from that.</summary>
public readonly record struct LoadSetpoint(bool MayRun, Bound ClippedBy);

/// <summary>Upper bound of production; null = unlimited.</summary>
public readonly record struct PvSetpoint(Power? Limit, Bound ClippedBy);
