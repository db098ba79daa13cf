using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads how registers survive being written. What nobody marked is flash, because an unmarked setting usually is.</summary>
internal static class ProfileWear
{
    private static readonly string[] Keys = ["wear", "writes_per_day", "writes_lifetime"];

    public static PointDefinition Read(NodeReader at, PointDefinition point)
    {
        var wear = at.Word("wear", ProfileWords.Wears) ?? WearClass.Flash;
        var perDay = at.Whole("writes_per_day", new(1, 1_000_000, "writes")) ?? 0;
        var lifetime = at.Whole("writes_lifetime", new(1, 2_000_000_000, "writes")) ?? 0;
        if (point.Access == PointAccess.Read)
        {
            foreach (var key in Keys)
                if (at.Has(key))
                    at.Note(key, ProblemCodes.Contradiction, "a point that is only read does not wear", $"remove {key}, or add access: write or readwrite");
        }
        else if (perDay > 0 && lifetime > 0 && perDay > lifetime)
            at.Note("writes_per_day", ProblemCodes.Order, $"{perDay} a day is more than writes_lifetime {lifetime}");
        return point with { Wear = wear, WritesPerDay = perDay, WritesLifetime = lifetime };
    }

    /// <summary>The wear of a control: what it says, or where it says nothing the worst of its registers. A register marked worse than its control counts.</summary>
    public static WearClass Of(WearClass? said, ImmutableArray<ControlStep> steps, ImmutableArray<ReadPoint> points)
    {
        var worst = said ?? (steps.IsEmpty ? WearClass.Flash : WearClass.Volatile);
        foreach (var point in points)
            if ((said is null || point.At.Has("wear")) && IsWritten(point.Point.Name, steps) && point.Point.Wear < worst)
                worst = point.Point.Wear;
        return worst;
    }

    /// <summary>The points as read; one that does not say its wear takes that of the controls which write it, the worst of them.</summary>
    public static ImmutableArray<PointDefinition> Settle(ImmutableArray<ReadPoint> points, ImmutableArray<ControlDefinition> controls)
    {
        var settled = ImmutableArray.CreateBuilder<PointDefinition>(points.Length);
        foreach (var read in points)
            settled.Add(read.At.Has("wear") || read.Point.Access == PointAccess.Read ? read.Point : read.Point with { Wear = FromControls(read.Point.Name, controls) });
        return settled.MoveToImmutable();
    }

    private static WearClass FromControls(string point, ImmutableArray<ControlDefinition> controls)
    {
        WearClass? worst = null;
        foreach (var control in controls)
        {
            var isWritten = IsWritten(point, control.Arm) || IsWritten(point, control.Apply) || IsWritten(point, control.Release);
            foreach (var mode in control.Native)
                isWritten |= IsWritten(point, mode.Steps);
            if (isWritten && (worst is null || control.Wear < worst))
                worst = control.Wear;
        }
        return worst ?? WearClass.Flash;
    }

    private static bool IsWritten(string point, ImmutableArray<ControlStep> steps)
    {
        foreach (var step in steps)
            if (step.Point == point)
                return true;
        return false;
    }
}
