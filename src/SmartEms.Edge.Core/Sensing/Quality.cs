namespace SmartEms.Edge.Core.Sensing;

/// <summary>How far a reading can be trusted. The default is Bad: what nobody read is unknown.</summary>
public enum Trust : byte
{
    Bad = 0,

    /// <summary>A true value that has outlived its point's maximum age; may be shown, may tighten a limit, must never relax one.</summary>
    Uncertain = 1,
    Good = 2,
}

/// <summary>Why a reading is Bad.</summary>
public enum BadReason : byte
{
    NeverRead = 0,
    None,
    Timeout,
    Unreachable,
    DeviceException,
    Malformed,

    /// <summary>The device's own code for "not implemented" or "no value" (sentinel).</summary>
    NotAvailable,

    /// <summary>Outside the point's plausible range.</summary>
    Implausible,

    /// <summary>So old that it says nothing any more.</summary>
    Expired,

    /// <summary>The site has no device that gives this point.</summary>
    NotInstalled,

    /// <summary>The device repeats the same bytes while the rest of the site changes.</summary>
    Frozen,
}

/// <summary>Trust, reason and age of a reading. The age counts from the successful wire read, in milliseconds.</summary>
public readonly record struct Quality(Trust Trust, BadReason Reason, int AgeMs)
{
    public static Quality Good(int ageMs = 0) => new(Trust.Good, BadReason.None, ageMs);
    public static Quality Uncertain(int ageMs) => new(Trust.Uncertain, BadReason.None, ageMs);
    public static Quality Bad(BadReason reason) => new(Trust.Bad, reason, 0);

    public override string ToString() => Trust switch
    {
        Trust.Good => $"Good({AgeMs} ms)",
        Trust.Uncertain => $"Uncertain({AgeMs} ms)",
        _ => $"Bad({Reason})",
    };
}
