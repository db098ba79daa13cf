using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Control;

/// <summary>The site's words as the API spells them.</summary>
internal static class Words
{
    public static string Of(BatteryMode mode) => mode switch
    {
        BatteryMode.SelfConsume => "self-consume",
        BatteryMode.Hold => "hold",
        BatteryMode.DischargeOnly => "discharge-only",
        BatteryMode.Idle => "idle",
        BatteryMode.GridCharge33 => "grid-charge-33",
        BatteryMode.GridCharge66 => "grid-charge-66",
        BatteryMode.GridCharge100 => "grid-charge-100",
        _ => mode.ToString(),
    };

    public static string Of(EvMode mode) => mode switch
    {
        EvMode.Off => "off",
        EvMode.SurplusOnly => "surplus-only",
        EvMode.Minimum => "minimum",
        EvMode.Half => "half",
        EvMode.Full => "full",
        _ => mode.ToString(),
    };

    public static string Of(Candidate candidate) => candidate switch
    {
        Candidate.NoBattery => "no battery",
        Candidate.Rule => "rule",
        Candidate.Plan => "plan",
        Candidate.Policy => "policy",
        _ => "led",
    };

    public static string Of(LoadMode mode) => mode switch
    {
        LoadMode.Off => "off",
        LoadMode.SurplusOnly => "surplus-only",
        LoadMode.On => "on",
        _ => mode.ToString(),
    };

    public static string Of(RegisterSpace space) => ProfileWords.Of(ProfileWords.Spaces, space);

    public static string Of(ClockTrust clock) => clock switch
    {
        ClockTrust.Synced => "synced",
        ClockTrust.Holdover => "holdover",
        ClockTrust.Unsynced => "unsynced",
        _ => "no-rtc",
    };

    public static string Of(StartMode start) => start switch
    {
        StartMode.Normal => "normal",
        StartMode.LastGood => "last-good-site",
        _ => "safe-mode",
    };

    public static string Of(PolicyMode mode) => mode switch
    {
        PolicyMode.Off => "off",
        PolicyMode.Shadow => "shadow",
        _ => "act",
    };

    public static string Of(WearClass wear) => wear switch
    {
        WearClass.Volatile => "volatile",
        WearClass.Unknown => "unknown",
        _ => "flash",
    };

    public static string Of(LinkState link) => link switch
    {
        LinkState.Starting => "starting",
        LinkState.Up => "up",
        LinkState.Faltering => "faltering",
        LinkState.Garbled => "garbled",
        _ => "down",
    };

    public static string Of(Urgency urgency) => urgency switch
    {
        Urgency.Alarm => "alarm",
        Urgency.Warning => "warning",
        _ => "notice",
    };

    /// <summary>Null for a state nobody knows: the quality says why.</summary>
    public static string? Of(EvState state) => state switch
    {
        EvState.NoCar => "no-car",
        EvState.Connected => "connected",
        EvState.Charging => "charging",
        EvState.Error => "error",
        _ => null,
    };

    /// <summary>"the BMS current limit (BMS)": what bounds, and who set it.</summary>
    public static string Of(Bound bound) => $"{Reasons.Words(bound)} ({BoundSources.Of(bound)})";

    /// <summary>The same, or null when nothing clipped.</summary>
    public static string? Clip(Bound bound) => bound == Bound.None ? null : Of(bound);

    public static (string Name, string Unit) Of(ControlKind kind) => kind switch
    {
        ControlKind.BatteryDischarge => ("battery_discharge", "W"),
        ControlKind.EvCurrent => ("ev_current", "A"),
        ControlKind.EvPhases => ("ev_phases", "phases"),
        _ => ("pv_limit", "W"),
    };
}
