using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the controls of a profile and checks that each can be carried out, verified and handed back.</summary>
internal sealed class ProfileControls(ImmutableArray<ReadPoint> points, ProblemList problems)
{
    private const int MostControls = 8;
    private const int MostRequirements = 8;
    private const long DayMs = 86_400_000;

    private static readonly string[] Keys =
    [
        "control", "timeout_ms", "fallback", "wear", "settle_ms", "effect", "effect_tolerance", "effect_within_ms", "dead_band", "requires", "arm", "apply", "keep", "release", "native",
    ];

    private static readonly string[] RequirementKeys = ["point", "value", "remedy"];

    public ImmutableArray<ControlDefinition> Read(NodeReader file)
    {
        var controls = ImmutableArray.CreateBuilder<ControlDefinition>();
        var firsts = new Dictionary<ControlKind, NodeReader>();
        foreach (var at in file.Maps("controls", MostControls, Keys))
        {
            var kind = at.Word("control", ProfileWords.Controls, required: true);
            if (kind is not null && !firsts.TryAdd(kind.Value, at))
                at.Note("control", ProblemCodes.ControlTwice, $"{ProfileWords.Of(ProfileWords.Controls, kind.Value)} is already described at line {firsts[kind.Value].PlaceOf("control").Line}", "one description per control");
            controls.Add(Control(at, kind ?? ControlKind.BatteryDischarge));
        }
        return controls.ToImmutable();
    }

    private ControlDefinition Control(NodeReader at, ControlKind kind)
    {
        var steps = new ProfileSteps(points, problems);
        var effect = at.Word("effect", ProfileWords.MeasureNames) ?? Measure.None;
        if (effect != Measure.None && !points.Any(point => point.Point.Measure == effect))
            at.Note("effect", ProblemCodes.UnknownName, $"no point of this profile measures {Measures.Fact(effect).Name}", "give a point that measure, or name the effect of another");
        var control = new ControlDefinition(kind, steps.Read(at, "apply", hasTarget: true))
        {
            Arm = steps.Read(at, "arm", hasTarget: false),
            Keep = at.Has("keep") ? steps.Read(at, "keep", hasTarget: true, mayBeEmpty: true) : null,
            Requires = Requirements(at, steps),
            Release = steps.Read(at, "release", hasTarget: false),
            TimeoutMs = at.Whole("timeout_ms", new(0, 86_400_000, "ms")) ?? 0,
            Fallback = at.Text("fallback") ?? "",
            Native = Native(at, steps),
            SettleMs = at.Whole("settle_ms", new(0, 600_000, "ms")) ?? 0,
            Effect = effect,
            EffectTolerance = at.Number("effect_tolerance", new(0, 1e6)) ?? 0,
            EffectWithinMs = at.Whole("effect_within_ms", new(0, 3_600_000, "ms")) ?? 10_000,
            DeadBand = at.Number("dead_band", new(0, 1e6)) ?? 0,
        };
        control = control with { Wear = ProfileWear.Of(at.Word("wear", ProfileWords.Wears), control.Apply, points) };
        EffectKeys(at, control);
        Kept(at, control);
        Warn(at, control);
        return control;
    }

    private static ImmutableArray<NativeMode> Native(NodeReader at, ProfileSteps steps)
    {
        if (at.Map("native", ProfileWords.All(ProfileWords.Natives)) is not { } modes)
            return [];
        var native = ImmutableArray.CreateBuilder<NativeMode>();
        foreach (var (word, kind) in ProfileWords.Natives)
            if (modes.Has(word))
                native.Add(new(kind, steps.Read(modes, word, hasTarget: true)));
        return native.ToImmutable();
    }

    private static ImmutableArray<ControlRequirement> Requirements(NodeReader at, ProfileSteps steps)
    {
        var requirements = ImmutableArray.CreateBuilder<ControlRequirement>();
        foreach (var one in at.Maps("requires", MostRequirements, RequirementKeys))
            requirements.Add(new(steps.Readable(one, "point", null, required: true)?.Name ?? "", one.Number("value", Allowed.Any, required: true) ?? 0, one.Text("remedy", required: true) ?? ""));
        return requirements.ToImmutable();
    }

    /// <summary>What keeps the setpoint alive must go out with every change of it too, because a change starts the time until the next refresh anew.</summary>
    private void Kept(NodeReader at, ControlDefinition control)
    {
        if (control.Keep is not { } keep)
            return;
        if (control.TimeoutMs == 0)
            at.Note("keep", ProblemCodes.Contradiction, "nothing is kept alive without a timeout", "give timeout_ms, or remove keep");
        foreach (var step in keep)
            if (!control.Apply.Any(one => one.Point == step.Point))
                at.Note("keep", ProblemCodes.Contradiction, $"{step.Point} is written to keep the setpoint alive, but not with a change of it", $"write {step.Point} under apply too");
            else if (points.Any(point => point.Point.Name == step.Point && point.Point.Wear != WearClass.Volatile))
                at.Note("keep", ProblemCodes.FlashRefreshed, $"{step.Point} is kept alive in flash: about {3 * DayMs / Math.Max(1, control.TimeoutMs)} writes a day", "wear: volatile on the point where the vendor says so");
    }

    private static void EffectKeys(NodeReader at, ControlDefinition control)
    {
        if (control.Effect != Measure.None && !at.Has("effect_tolerance"))
            at.Missing("effect_tolerance", $"how near the effect must come, in {Measures.Fact(control.Effect).Unit}");
        if (control.Effect == Measure.None && !at.Has("effect") && at.Has("effect_tolerance"))
            at.Note("effect_tolerance", ProblemCodes.Contradiction, "a tolerance without an effect", "name the measure under effect");
    }

    private static void Warn(NodeReader at, ControlDefinition control)
    {
        if (control.Wear == WearClass.Flash && control.TimeoutMs == 0)
            at.Note("control", ProblemCodes.FlashNoTimeout, "no timeout and flash registers: the last setpoint stands for ever and each change wears the device", "if the vendor says otherwise, give timeout_ms or wear");
        if (control.Wear == WearClass.Flash && control is { TimeoutMs: > 0, Keep: null })
            at.Note("timeout_ms", ProblemCodes.FlashRefreshed, $"kept alive in flash: about {3 * DayMs / control.TimeoutMs} writes a day", "wear: volatile where the vendor says so");
        if (control.TimeoutMs > 0 && control.Fallback.Length == 0)
            at.Note("timeout_ms", ProblemCodes.NoFallback, "nothing says what the device does when it runs out", "describe it under fallback");
        if (control.Effect == Measure.None && !at.Has("effect") && !control.Apply.IsEmpty && control.Apply.All(step => !step.Verifiable))
            at.Note("control", ProblemCodes.Unverifiable, "no step can be read back and no effect is named: nobody would notice that it does nothing", "name a measure under effect");
    }
}
