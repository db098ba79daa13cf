namespace SmartEms.Edge.Core.Sensing;

/// <summary>How far the wall clock of this machine can be believed. The numbers stand in records.</summary>
public enum ClockTrust : byte
{
    /// <summary>A time service keeps it.</summary>
    Synced = 0,

    /// <summary>It was kept, or set from a battery-backed clock, and now runs by itself: right to seconds a day.</summary>
    Holdover = 1,

    /// <summary>No time service has set it yet, or it says what cannot be.</summary>
    Unsynced = 2,

    /// <summary>The same on a machine without a battery-backed clock: after a power cut it may be off by anything.</summary>
    NoRtc = 3,
}

/// <summary>How the program has started. The numbers stand in records.</summary>
public enum StartMode : byte
{
    Normal = 0,

    /// <summary>Earlier starts failed; the last site file that ran in health is used instead of the one that is there.</summary>
    LastGood = 1,

    /// <summary>Those failed as well: every device is left at rest.</summary>
    Safe = 2,
}

/// <summary>What the controller knows of the box it runs on; a box that is well leaves no trace in records.</summary>
public readonly record struct BoxReadings(ClockTrust Clock, StartMode Start)
{
    public bool IsWell => Clock == ClockTrust.Synced && Start == StartMode.Normal;
}
