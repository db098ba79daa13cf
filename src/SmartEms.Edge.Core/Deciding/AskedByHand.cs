using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>What people have asked of single parts and what still stands: maintenance goes before an override, an override before the decision's mode.
/// Nothing asked by hand goes before the envelope.</summary>
public sealed class AskedByHand(Orders orders, Instant now)
{
    /// <summary>Somebody works at the site: every device is left at rest.</summary>
    public bool IsMaintenance { get; } = orders.Standing(OverrideKind.Maintenance, 0, now) is not null;

    /// <summary>The override that stands on a battery, or null.</summary>
    public Override? Battery(int index) => orders.Standing((OverrideKind.BatteryMode, OverrideKind.BatteryPower), index, now);

    public Override? Charger(int index) => orders.Standing((OverrideKind.EvMode, OverrideKind.EvCurrent), index, now);

    /// <summary>When the car at a charger leaves, and what it is to have by then, or null.</summary>
    public Override? Departure(int index) => orders.Standing(OverrideKind.EvDeparture, index, now);

    public Override? Load(int index) => orders.Standing(OverrideKind.LoadMode, index, now);

    /// <summary>The mode a flexible load is to follow.</summary>
    public LoadMode OfLoad(int index, LoadMode usual) => IsMaintenance ? LoadMode.Off : Load(index) is { } asked ? (LoadMode)asked.Value : usual;

    /// <summary>The mode to carry out, and the power asked for instead of it, W, discharge positive.</summary>
    public (BatteryMode Mode, double? Watts) OfBattery(int index, BatteryMode decided)
    {
        if (IsMaintenance)
            return (BatteryMode.Idle, null);
        return Battery(index) switch
        {
            null => (decided, null),
            { Kind: OverrideKind.BatteryMode } asked => ((BatteryMode)asked.Value, null),
            var asked => (BatteryMode.Idle, asked.Value),
        };
    }

    /// <summary>The mode to carry out, and the most that is to be offered, A per phase.</summary>
    public (EvMode Mode, double? Amperes) OfCharger(int index, EvMode decided)
    {
        if (IsMaintenance)
            return (EvMode.Off, null);
        return Charger(index) switch
        {
            null => (decided, null),
            { Kind: OverrideKind.EvMode } asked => ((EvMode)asked.Value, null),
            { Value: <= 0 } => (EvMode.Off, null),
            var asked => (EvMode.Full, asked.Value),
        };
    }
}
