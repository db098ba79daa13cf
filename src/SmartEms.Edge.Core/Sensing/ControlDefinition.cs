using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>What the controller can ask of a device, in our words and units.</summary>
public enum ControlKind : byte
{
    /// <summary>Battery power in W, positive = discharge.</summary>
    BatteryDischarge,

    /// <summary>Charging current offered to the car in A per phase; 0 = no charging.</summary>
    EvCurrent,

    /// <summary>Upper bound of PV production in W.</summary>
    PvLimit,

    /// <summary>Phases the charger puts through to the car, 1 or 3; written only while no current flows.</summary>
    EvPhases,
}

/// <summary>How a register survives being written: volatile may be cycled freely, the others are budgeted. Unmarked = flash.</summary>
public enum WearClass : byte
{
    Flash = 0,
    Unknown,
    Volatile,
}

/// <summary>One thing a model lets us control: which registers, in which order, how long it stands without refresh, and where it falls back to.</summary>
public sealed record ControlDefinition(ControlKind Kind, ImmutableArray<ControlStep> Apply)
{
    /// <summary>Written once after connecting, before the first Apply: the device's own dead-man timer and safe value.</summary>
    public ImmutableArray<ControlStep> Arm { get; init; } = [];

    /// <summary>Keeps an unchanged setpoint alive before the device's own timeout: its sign of life, and nothing that wears. Empty where reading alone keeps it
    /// alive; null where the whole of Apply has to be written again.</summary>
    public ImmutableArray<ControlStep>? Keep { get; init; }

    /// <summary>What the device must say of itself before anything is written to it; asked again before every write.</summary>
    public ImmutableArray<ControlRequirement> Requires { get; init; } = [];

    /// <summary>Hands the device back to its own automatic.</summary>
    public ImmutableArray<ControlStep> Release { get; init; } = [];

    /// <summary>The modes the device knows by itself, each with the steps that ask for it; empty where every mode must be followed from here.</summary>
    public ImmutableArray<NativeMode> Native { get; init; } = [];

    /// <summary>True when a device that is released is in this mode of its own: every step that asks for the mode is a step of the release.</summary>
    public bool ReleasesTo(NativeKind mode)
    {
        foreach (var native in Native)
            if (native.Kind == mode)
                return native.Steps.All(Release.Contains);
        return false;
    }

    /// <summary>The device's own timeout in ms; 0 = it has none, the last setpoint stands for ever. The Keeper refreshes at a third of it.</summary>
    public int TimeoutMs { get; init; }

    /// <summary>What the device does when its timeout runs out, for people.</summary>
    public string Fallback { get; init; } = "";
    public WearClass Wear { get; init; }

    /// <summary>How long after a write the read-back counts, ms.</summary>
    public int SettleMs { get; init; }

    /// <summary>The measure that shows the effect, how near it must come (in its unit), and within which time.</summary>
    public Measure Effect { get; init; }
    public double EffectTolerance { get; init; }
    public int EffectWithinMs { get; init; } = 10_000;

    /// <summary>Smaller changes of the target are not worth a write (dead band), in the control's unit.</summary>
    public double DeadBand { get; init; }
}

/// <summary>A setting of the device without which it must not be controlled: a point, the value it must have, and what a person does about another.</summary>
public sealed record ControlRequirement(string Point, double Value, string Remedy);

/// <summary>A mode in our words that a device carries out by itself.</summary>
public enum NativeKind : byte
{
    /// <summary>Hold the grid exchange near zero.</summary>
    SelfConsume,

    /// <summary>Charge surplus only, never discharge.</summary>
    Hold,

    /// <summary>Cover load only, never charge.</summary>
    DischargeOnly,

    /// <summary>Neither charge nor discharge.</summary>
    Idle,

    /// <summary>Charge, from the grid if need be.</summary>
    GridCharge,

    /// <summary>Nothing flows.</summary>
    Off,

    /// <summary>Only what would otherwise be exported.</summary>
    SurplusOnly,

    /// <summary>As much as the device can.</summary>
    Full,
}

/// <summary>The ordered writes that put a device into a mode of its own; a step with a factor takes the mode's power or current.</summary>
public sealed record NativeMode(NativeKind Kind, ImmutableArray<ControlStep> Steps);

/// <summary>When a step of a control applies.</summary>
public enum StepCondition : byte
{
    Always,
    WhenPositive,
    WhenZero,
    WhenNegative,
}

/// <summary>One register write of a control: a constant, or the target scaled, optionally as a percentage of another point's value.</summary>
public sealed record ControlStep(string Point)
{
    /// <summary>A fixed engineering value; null when the value comes from the target.</summary>
    public double? Constant { get; init; }

    /// <summary>Written value = target × Factor (÷ the value of <see cref="PercentOf"/> × 100), in the point's unit.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Name of the point whose value is 100 %, or null.</summary>
    public string? PercentOf { get; init; }
    public StepCondition When { get; init; }

    /// <summary>Name of the point whose value is the most that may be written, either sign (the device's own rating); null = no such limit.</summary>
    public string? AtMost { get; init; }

    /// <summary>The point the written value is read back from where it is not the written one (KEBA reads and writes at different registers); null = the same.</summary>
    public string? ReadBack { get; init; }

    /// <summary>Whether the step's value can be read back at all.</summary>
    public bool Verifiable { get; init; } = true;
}
