using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Describing;

/// <summary>What a manual override asks for. The numbers stand in records.</summary>
public enum OverrideKind : byte
{
    /// <summary>A battery's mode (<see cref="BatteryMode"/> as a number).</summary>
    BatteryMode = 1,

    /// <summary>A battery's power, W, discharge positive.</summary>
    BatteryPower = 2,

    /// <summary>A charger's mode (<see cref="EvMode"/> as a number).</summary>
    EvMode = 3,

    /// <summary>The current a charger offers, A per phase; 0 = off.</summary>
    EvCurrent = 4,

    /// <summary>The most a plant may produce, W.</summary>
    PvLimit = 5,

    /// <summary>Somebody works at the site: the policy is not heard and every device is left at rest.</summary>
    Maintenance = 6,

    /// <summary>A flexible load's mode (<see cref="Describing.LoadMode"/> as a number).</summary>
    LoadMode = 7,

    /// <summary>The car at a charger leaves when the order ends; by then it is to have been given so much in this stay, Wh.</summary>
    EvDeparture = 8,
}

/// <summary>What a person or the cloud has asked of one part until its lease ends. It acts inside the envelope only.</summary>
/// <param name="Number">Ascending; the later of two on one part holds.</param>
/// <param name="Index">In the site's list of that kind; 0 for maintenance.</param>
/// <param name="Value">In the unit of its kind, finite.</param>
/// <param name="Until">The first moment it no longer holds.</param>
public sealed record Override(long Number, OverrideKind Kind, int Index, double Value, Instant Until)
{
    /// <summary>Who asked: a user's name, or the key of a command.</summary>
    public string By { get; init; } = "";
    public string Reason { get; init; } = "";

    /// <summary>It only takes away what the part would do by itself: rest, off, a limit.</summary>
    public bool IsTightening => Kind switch
    {
        OverrideKind.BatteryMode => Value == (double)BatteryMode.Idle,
        OverrideKind.BatteryPower => Value == 0,
        OverrideKind.EvMode => Value == (double)EvMode.Off,
        OverrideKind.EvCurrent => Value <= 0,
        OverrideKind.LoadMode => Value == (double)LoadMode.Off,
        OverrideKind.EvDeparture => false,
        _ => true,
    };
}

/// <summary>An emergency stop that stands until a person resets it (ISO 13850: releasing the button must not start anything).</summary>
public sealed record StopOrder(Instant Since, string By);

/// <summary>Everything that people, contacts and the cloud have ordered and that stands at one moment. The image carries it, so that a replay hears the same orders.</summary>
public sealed record Orders
{
    /// <summary>Lease of an override when nobody says otherwise, and the longest there is.</summary>
    public static readonly TimeSpan UsualLease = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan LongestLease = TimeSpan.FromHours(24);

    public static Orders None { get; } = new();

    /// <summary>Manual and cloud constraints; those of contacts are read off the contacts.</summary>
    public ImmutableArray<GridConstraint> Constraints { get; init; } = [];

    /// <summary>In order of their numbers.</summary>
    public ImmutableArray<Override> Overrides { get; init; } = [];

    /// <summary>Null = nothing is stopped.</summary>
    public StopOrder? Stop { get; init; }

    public bool IsEmpty => Constraints.IsEmpty && Overrides.IsEmpty && Stop is null;

    /// <summary>The newest override of a kind on a part that still holds, or null.</summary>
    public Override? Standing(OverrideKind kind, int index, Instant now)
    {
        Override? newest = null;
        foreach (var one in Overrides)
            if (one.Kind == kind && one.Index == index && now < one.Until)
                newest = one;
        return newest;
    }

    /// <summary>The newer of two kinds on one part: a power asked for after a mode replaces the mode.</summary>
    public Override? Standing((OverrideKind First, OverrideKind Second) kinds, int index, Instant now)
    {
        var (first, second) = (Standing(kinds.First, index, now), Standing(kinds.Second, index, now));
        if (first is null || second is null)
            return first ?? second;
        return first.Number > second.Number ? first : second;
    }

    /// <summary>What is left when all that has run out is gone.</summary>
    public Orders At(Instant now)
    {
        if (IsEmpty)
            return this;
        return this with
        {
            Constraints = Constraints.RemoveAll(one => one.End is { } end && now >= end),
            Overrides = Overrides.RemoveAll(one => now >= one.Until),
        };
    }
}
