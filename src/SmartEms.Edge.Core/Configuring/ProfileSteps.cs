using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the register writes of one control: what is written must be writable, fit its register, and be readable back or marked as not.</summary>
internal sealed class ProfileSteps(ImmutableArray<ReadPoint> points, ProblemList problems)
{
    private const int MostSteps = 16;

    private static readonly string[] Keys = ["point", "value", "factor", "percent_of", "at_most", "when", "read_back", "verifiable"];
    private static readonly string[] TargetKeys = ["factor", "percent_of", "at_most", "when"];

    private readonly Dictionary<string, ReadPoint> named = ProfileChecks.ByName(points);

    /// <summary>The steps under a key; without a target (arm, release) each must write a constant.</summary>
    public ImmutableArray<ControlStep> Read(NodeReader control, string key, bool hasTarget, bool mayBeEmpty = false)
    {
        var steps = ImmutableArray.CreateBuilder<ControlStep>();
        foreach (var at in control.Maps(key, MostSteps, Keys, required: hasTarget && !mayBeEmpty))
            steps.Add(Step(at, hasTarget));
        if (hasTarget && !mayBeEmpty && control.Node(key) is ListNode { Items.IsEmpty: true })
            control.Note(key, ProblemCodes.MissingKey, "a control without a step does nothing");
        return steps.ToImmutable();
    }

    private ControlStep Step(NodeReader at, bool hasTarget)
    {
        var before = problems.Errors;
        var target = Point(at, "point", required: true, isWritten: true);
        var constant = at.Number("value", Allowed.Any);
        Source(at, hasTarget);
        var step = new ControlStep(target?.Name ?? "")
        {
            Constant = constant,
            Factor = at.Number("factor", Allowed.Any) ?? 1,
            PercentOf = Readable(at, "percent_of", target)?.Name,
            AtMost = Readable(at, "at_most", target)?.Name,
            When = at.Word("when", ProfileWords.Conditions) ?? StepCondition.Always,
            ReadBack = Readable(at, "read_back", target)?.Name,
            Verifiable = at.Flag("verifiable") ?? true,
        };
        if (step.AtMost is not null && at.Has("value"))
            at.Note("at_most", ProblemCodes.Contradiction, "a constant needs no limit", "remove at_most, or write factor instead of value");
        if (at.Has("factor") && step.Factor == 0)
            at.Note("factor", ProblemCodes.OutOfRange, "0 would write 0 whatever the target", "write value: 0");
        if (target is null || problems.Errors != before)
            return step;
        Writable(at, target);
        ReadBack(at, step, target);
        if (constant is not null)
            Fits(at, target, constant.Value);
        return step;
    }

    private static void Source(NodeReader at, bool hasTarget)
    {
        var isScaled = at.Has("factor") || at.Has("percent_of");
        if (at.Has("value") && isScaled)
            at.Note("value", ProblemCodes.Contradiction, "a step writes a constant or the target, not both", "keep value, or factor and percent_of");
        if (!at.Has("value") && !isScaled)
            at.Missing("value", hasTarget ? "value: for a constant, factor: 1 for the target" : "a constant to write");
        if (hasTarget)
            return;
        foreach (var key in TargetKeys)
            if (at.Has(key))
                at.Note(key, ProblemCodes.Contradiction, "arm and release have no target", "write a constant with value");
    }

    private static void Writable(NodeReader at, PointDefinition target)
    {
        if (target.IsDerived)
            at.Note("point", ProblemCodes.NotWritable, $"{target.Name} is a sum", "a step writes a register");
        else if (target.Access == PointAccess.Read)
            at.Note("point", ProblemCodes.NotWritable, $"{target.Name} is read-only", "give the point access: write or readwrite, or name another");
    }

    private static void ReadBack(NodeReader at, ControlStep step, PointDefinition target)
    {
        if (!step.Verifiable && step.ReadBack is not null)
            at.Note("verifiable", ProblemCodes.Contradiction, "a step with read_back is verifiable", "remove one of them");
        if (step.Verifiable && step.ReadBack is null && target.Access == PointAccess.Write)
            at.Note("point", ProblemCodes.NotReadable, $"{target.Name} is write-only: the step cannot be verified", "name a read_back point, or write verifiable: false");
    }

    /// <summary>The point a key names, which must be read as a number; null when it is not there or wrong.</summary>
    public PointDefinition? Readable(NodeReader at, string key, PointDefinition? target, bool required = false)
    {
        if (Point(at, key, required) is not { } point)
            return null;
        if (point.Access == PointAccess.Write)
            at.Note(key, ProblemCodes.NotReadable, $"{point.Name} is write-only", "name a point that can be read");
        else if (point.Type is RegisterType.Text or RegisterType.SunSsf)
            at.Note(key, ProblemCodes.TypeMisfit, $"{point.Name} is not an amount", null);
        else if (key is "read_back" or "at_most" && target is not null && target.Unit != point.Unit)
            at.Note(key, ProblemCodes.UnitMismatch, $"{point.Name} is in {Shown(point.Unit)}, {target.Name} in {Shown(target.Unit)}", "give both the same unit by their scale");
        return point;
    }

    private PointDefinition? Point(NodeReader at, string key, bool required, bool isWritten = false)
    {
        if (at.Text(key, required) is not { } name)
            return null;
        if (named.TryGetValue(name, out var found))
            return found.Point;
        at.Note(key, ProblemCodes.UnknownName, $"no point named {Scalars.Shown(name)}",
            Spelling.Suggest(name, [.. named.Values.Where(point => !isWritten || point.Point.Access != PointAccess.Read).Select(point => point.Point.Name)], isWritten ? "points that can be written" : "points"));
        return null;
    }

    // A point with a scale factor gets its power of ten from the device, so only plainly scaled ones can be judged here.
    private static void Fits(NodeReader at, PointDefinition point, double value)
    {
        var allowed = new Allowed(point.Min, point.Max, point.Unit);
        if (!allowed.Holds(value))
            at.Note("value", ProblemCodes.OutOfRange, $"{allowed.Complain(value)} for {point.Name}");
        if (point.ScaleFactor is not null || point.Type is RegisterType.F32 or RegisterType.F64)
            return;
        var raw = value / point.Scale;
        var (min, max) = RawRange(point);
        if (raw < min || raw > max)
            at.Note("value", ProblemCodes.OutOfRange, $"{Allowed.Text(value)} is raw {Allowed.Text(raw)} in {point.Name}, which holds {Allowed.Text(min)}–{Allowed.Text(max)}");
        else if (point.Map.Count == 0 && RegisterEncoding.TowardsZero(point, value) is var step && Math.Abs(step - value) > 1e-9 * Math.Max(1, Math.Abs(value)))
            at.Note("value", ProblemCodes.TypeMisfit, $"{Allowed.Text(value)} lies between two steps of {point.Name}", $"a constant is written exactly or not at all: {Allowed.Text(step)}, or the next step");
    }

    private static (double Min, double Max) RawRange(PointDefinition point) => point.Type switch
    {
        RegisterType.S16 => (short.MinValue, short.MaxValue),
        RegisterType.S32 => (int.MinValue, int.MaxValue),
        RegisterType.S64 => (long.MinValue, long.MaxValue),
        _ when point.Space == RegisterSpace.Coil => (0, 1),
        _ => (0, SentinelCodes.MostBits(point.Type)),
    };

    private static string Shown(string unit) => unit.Length == 0 ? "no unit" : unit;
}
