using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>What holds for one quarter-hour: a mode per controllable device, and why. It stands until its lease ends, then only safe limits remain.</summary>
public sealed record Decision(
    Slot Slot,
    string LedBy,
    ImmutableArray<BatteryDecision> Batteries,
    ImmutableArray<EvDecision> EvChargers,
    ImmutableArray<Reason> Reasons)
{
    /// <summary>What plan and policy would have each battery do had they led all the time; empty where nothing is planned. <see cref="Contest"/> judges them by it.</summary>
    public ImmutableArray<BatteryMode> Shadows { get; init; } = [];

    /// <summary>One slot and a half: a missed cycle does not drop the site, a dead cycle does.</summary>
    public static TimeSpan Lease => TimeSpan.FromMinutes(22.5);
}

/// <summary>A battery's mode, what we expect it to do (W, discharge positive), and the range the envelope left at decision time.</summary>
public sealed record BatteryDecision(BatteryMode Mode, Power ExpectedDischarge, PowerRange Allowed);

/// <summary>A charger's mode and its expected power.</summary>
public sealed record EvDecision(EvMode Mode, Power ExpectedCharge);
