using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>The moments of a control.</summary>
public enum ControlPhase : byte
{
    Arm,
    Apply,
    Release,

    /// <summary>An unchanged setpoint is kept alive.</summary>
    Keep,
}

/// <summary>One register write, ready to go: what, how, and what to find afterwards.</summary>
public sealed record RegisterWrite(int Point, RegisterSpan Span, ImmutableArray<ushort> Words, WriteFunction Function)
{
    /// <summary>The value the registers really carry after rounding, in the point's unit: what the read-back must show.</summary>
    public double Expected { get; init; }

    /// <summary>Index of the point to read back, −1 when the device offers none.</summary>
    public int ReadBack { get; init; } = -1;

    /// <summary>A fixed code or time, of which nothing may be lost to rounding.</summary>
    public bool IsExact { get; init; }
}

/// <summary>The ordered writes of one phase of a control, or in words why there are none. Nothing is half made: one impossible step refuses the whole.</summary>
public sealed record ControlRecipe(ImmutableArray<RegisterWrite> Writes, string? Refusal)
{
    /// <summary>Values that had to be brought nearer to zero to fit into their register, in words.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    public bool IsOk => Refusal is null;

    /// <summary>Makes the writes of a phase. <paramref name="target"/> is in the control's unit (see <see cref="ControlKind"/>); steps with a constant
    /// ignore it. A value too large for its point is brought down to the point's end, never up: 3 A where the least is 6 A is refused. Between two steps
    /// of its register it is the one nearer to zero: every target is a power or a current, and less is safer. A minimum (a reserve) has no target and
    /// stands in the profile as a constant, which must be a step of its register.</summary>
    public static ControlRecipe Of(ControlDefinition control, ControlPhase phase, double target, DeviceTable table, long nowMs)
    {
        if (!double.IsFinite(target))
            return No($"{control.Kind}: the target is not a number");
        var steps = StepsOf(control, phase);
        var writes = ImmutableArray.CreateBuilder<RegisterWrite>(steps.Length);
        var notes = ImmutableArray.CreateBuilder<string>();
        foreach (var step in steps)
        {
            if (!Applies(step.When, target))
                continue;
            var (wanted, unknown) = ValueOf(step, target, table, nowMs);
            if (unknown is null && step.AtMost is { } limit)
                (wanted, unknown) = Limited(step.Point, wanted, limit, table, nowMs);
            if (unknown is not null)
                return No($"{control.Kind}: {unknown}");
            var made = WriteOf(step, wanted, table, nowMs);
            if (made.Write is null)
                return No($"{control.Kind}: {made.Note}");
            writes.Add(made.Write);
            if (made.Note is not null)
                notes.Add(made.Note);
        }
        return new(writes.ToImmutable(), null) { Notes = notes.ToImmutable() };
    }

    private static ImmutableArray<ControlStep> StepsOf(ControlDefinition control, ControlPhase phase) => phase switch
    {
        ControlPhase.Arm => control.Arm,
        ControlPhase.Apply => control.Apply,
        ControlPhase.Keep => control.Keep ?? control.Apply,
        _ => control.Release,
    };

    private static ControlRecipe No(string why) => new([], why);

    private static bool Applies(StepCondition when, double target) => when switch
    {
        StepCondition.WhenPositive => target > 0,
        StepCondition.WhenZero => target == 0,
        StepCondition.WhenNegative => target < 0,
        _ => true,
    };

    private static (double Value, string? Unknown) ValueOf(ControlStep step, double target, DeviceTable table, long nowMs)
    {
        if (step.Constant is { } constant)
            return (constant, null);
        if (step.PercentOf is not { } reference)
            return (target * step.Factor, null);
        var at = table.Device.Profile.IndexOf(reference);
        if (at < 0)
            return (0, $"there is no point {reference} to take a percentage of");
        var whole = table.Get(at, nowMs);
        if (!whole.IsKnown || whole.Value <= 0)
            return (0, $"{step.Point} is a percentage of {reference}, which is {(whole.IsKnown ? $"{whole.Value}" : whole.Quality)}");
        return (target * step.Factor / whole.Value * 100, null);
    }

    private static (double Value, string? Unknown) Limited(string written, double wanted, string limit, DeviceTable table, long nowMs)
    {
        var at = table.Device.Profile.IndexOf(limit);
        var most = at < 0 ? Sample.Bad(BadReason.NotInstalled) : table.Get(at, nowMs);
        return most.IsKnown && most.Value >= 0
            ? (Math.Clamp(wanted, -most.Value, most.Value), null)
            : (0, $"{written} may be at most {limit}, which is {(most.IsKnown ? $"{most.Value}" : most.Quality)}");
    }

    private static (RegisterWrite? Write, string? Note) WriteOf(ControlStep step, double wanted, DeviceTable table, long nowMs)
    {
        var profile = table.Device.Profile;
        var at = profile.IndexOf(step.Point);
        if (at < 0 || profile.Points[at].Access == PointAccess.Read)
            return (null, $"{step.Point} is not a writable point");
        if (!table.Device.Places[at].Installed)
            return (null, $"this device has no {step.Point}");
        var point = profile.Points[at];
        var power = table.PowerOf(at, nowMs);
        var fitting = step.Constant is null ? WithinRange(point, wanted, power) : wanted;
        var value = step.Constant is null ? RegisterEncoding.TowardsZero(point, fitting, power) : wanted;
        var encoded = RegisterEncoding.Of(point, value, power);
        if (!encoded.IsOk)
            return (null, encoded.Refusal);
        var write = new RegisterWrite(at, table.Device.Places[at].Span, [.. encoded.Words], point.WriteWith)
        {
            Expected = Decoding.Number(point, Decoding.Bits(point, encoded.Words), power).Value,
            ReadBack = ReadBackOf(step, at, profile),
            IsExact = step.Constant is not null,
        };
        return (write, fitting == wanted ? null : $"{step.Point}: {wanted} {point.Unit} does not fit, {value} {point.Unit} is written");
    }

    private static double WithinRange(PointDefinition point, double wanted, Sample power)
    {
        var (least, most) = RegisterEncoding.Range(point, power);
        if (wanted > most && most >= 0)
            return most;
        return wanted < least && least <= 0 ? least : wanted;
    }

    private static int ReadBackOf(ControlStep step, int at, DeviceProfile profile)
    {
        if (!step.Verifiable)
            return -1;
        if (step.ReadBack is { } elsewhere)
            return profile.IndexOf(elsewhere);
        return profile.Points[at].Access == PointAccess.Write ? -1 : at;
    }
}
