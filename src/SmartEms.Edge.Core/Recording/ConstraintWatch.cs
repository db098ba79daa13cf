using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Sees grid constraints begin and end and measures how long the site takes to keep them: the proof a network operator asks for.</summary>
public sealed class ConstraintWatch(Site site)
{
    /// <summary>Meters' accuracy, and what moves between two looks, W.</summary>
    private const double Tolerance = 50;

    private readonly Dictionary<string, Seen> known = [];

    /// <summary>What changed since the last look, in the order of the constraints. A limit that changes ends and begins anew.</summary>
    public IReadOnlyList<ConstraintChange> Look(ProcessImage image, Envelope envelope, long uptimeMs)
    {
        if (known.Count == 0 && envelope.Constraints.IsEmpty)
            return [];
        var changes = new List<ConstraintChange>();
        foreach (var (id, seen) in known)
            if (!Holds(envelope, seen.Active))
            {
                known.Remove(id);
                changes.Add(Change(ConstraintEvent.Ended, seen, image, uptimeMs));
            }
        foreach (var active in envelope.Constraints)
        {
            if (!known.TryGetValue(active.Constraint.Id, out var seen))
            {
                known.Add(active.Constraint.Id, seen = new(active, uptimeMs, false));
                changes.Add(Change(ConstraintEvent.Began, seen, image, uptimeMs));
            }
            if (seen.IsKept || !(Measured(image, active.Constraint.Direction) <= active.Limit.Watts + Tolerance))
                continue;
            known[active.Constraint.Id] = seen with { IsKept = true };
            changes.Add(Change(ConstraintEvent.Kept, seen, image, uptimeMs));
        }
        return changes;
    }

    private static bool Holds(Envelope envelope, ActiveConstraint wanted)
    {
        foreach (var active in envelope.Constraints)
            if (active.Constraint.Id == wanted.Constraint.Id)
                return active.Limit == wanted.Limit && active.IsAssumed == wanted.IsAssumed;
        return false;
    }

    private ConstraintChange Change(ConstraintEvent what, Seen seen, ProcessImage image, long uptimeMs)
    {
        var constraint = seen.Active.Constraint;
        return new(what, constraint.Id, constraint.Direction, seen.Active.Limit, seen.Active.IsAssumed, uptimeMs - seen.SinceMs)
        {
            MeasuredWatts = Measured(image, constraint.Direction),
            Evidence = constraint.Evidence,
        };
    }

    /// <summary>The flow a direction bounds, W; NaN when it is not measured: then nothing is proved.</summary>
    private double Measured(ProcessImage image, ConstraintDirection direction)
    {
        if (direction == ConstraintDirection.DeviceConsumption)
            return Highest(image);
        if (!image.Grid.Import.TryGood(out var import))
            return double.NaN;
        return direction == ConstraintDirection.Import ? import.Watts : -import.Watts;
    }

    /// <summary>What the steerable device that draws most draws.</summary>
    private double Highest(ProcessImage image)
    {
        var highest = 0.0;
        for (var i = 0; i < site.Batteries.Length; i++)
            highest = Math.Max(highest, image.Batteries[i].Discharge.TryGood(out var discharge) ? -discharge.Watts : double.NaN);
        for (var i = 0; i < site.EvChargers.Length; i++)
            highest = Math.Max(highest, image.EvChargers[i].Charge.TryGood(out var charge) ? charge.Watts : double.NaN);
        return highest;
    }

    private sealed record Seen(ActiveConstraint Active, long SinceMs, bool IsKept);
}
