namespace SmartEms.Edge.Core.Sensing;

/// <summary>Why a device is not counted on to do what it is told. The numbers stand in records.</summary>
public enum ControlDoubt : byte
{
    None = 0,

    /// <summary>It accepts writes and reads or does something else.</summary>
    NotApplied,

    /// <summary>It dropped by itself what it had confirmed.</summary>
    Reverted,

    /// <summary>It holds a value that nobody here ever wrote.</summary>
    ForeignWriter,

    /// <summary>Writes are refused, or break off in the middle.</summary>
    Failed,

    /// <summary>It does not take its own fallback timer.</summary>
    NotArmed,

    /// <summary>Its registers have been written as often as they may be.</summary>
    BudgetSpent,

    /// <summary>It is set up in a way in which it must not be controlled, or does not say how it is set up.</summary>
    NotAllowed,
}

/// <summary>The doubts of one device, one per kind of control; a charger's current and phases share one, because either makes its power doubtful.</summary>
public readonly record struct ControlDoubts(ControlDoubt BatteryDischarge, ControlDoubt EvCurrent, ControlDoubt PvLimit)
{
    public bool IsAny => this != default;

    public ControlDoubt Of(ControlKind kind) => kind switch
    {
        ControlKind.BatteryDischarge => BatteryDischarge,
        ControlKind.EvCurrent or ControlKind.EvPhases => EvCurrent,
        _ => PvLimit,
    };

    /// <summary>With a doubt noted. Where two kinds share a place, one that is well does not take back the other's doubt.</summary>
    public ControlDoubts With(ControlKind kind, ControlDoubt doubt) => kind switch
    {
        ControlKind.BatteryDischarge => this with { BatteryDischarge = doubt },
        ControlKind.EvCurrent or ControlKind.EvPhases => doubt == ControlDoubt.None ? this : this with { EvCurrent = doubt },
        _ => this with { PvLimit = doubt },
    };
}

/// <summary>What is odd about a device's readings although it answers. The bits stand in records.</summary>
[Flags]
public enum ReadingDoubts : byte
{
    None = 0,

    /// <summary>It repeats the same bytes while the rest of the site changes.</summary>
    Frozen = 1,

    /// <summary>An energy counter ran backwards or jumped, in the last quarter-hour.</summary>
    CounterRanBack = 2,

    /// <summary>The site's powers do not add up (said of the grid meter).</summary>
    Unbalanced = 4,
}
