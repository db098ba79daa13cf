using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Counts what must never happen: a hard limit of the site exceeded for longer than devices need to react. The judge of demos and simulations,
/// fed with measured values only and knowing nothing of how they were reached.</summary>
public sealed class LimitWatch(Site site)
{
    /// <summary>Device latency and a second look: with one Follow step more, what no controller can avoid.</summary>
    public const double ReactionSeconds = 10;

    private readonly (double Lasting, double Reacting)[] over = new (double, double)[3 + (2 * site.Batteries.Length)];

    /// <summary>How many times a limit was exceeded beyond the reaction time although something controllable was left.</summary>
    public int Violations { get; private set; }

    /// <summary>How many times it was exceeded for so long because, at least for a part of the time, nothing controllable was left: the uncontrolled load alone was
    /// too much or a device was out of reach, and a finding said so.</summary>
    public int Unmeetable { get; private set; }

    /// <summary>The longest exceedance of any limit, s; and which limit it was.</summary>
    public double WorstSeconds { get; private set; }
    public Bound WorstBound { get; private set; }

    /// <summary>The longest time any limit stood exceeded with something controllable left, s: what is measured against the reaction time.</summary>
    public double LongestReaction { get; private set; }

    /// <param name="image">What is measured now.</param>
    /// <param name="seconds">Since the last look.</param>
    /// <param name="isUnmet">A finding says that nothing controllable is left.</param>
    public void Look(ProcessImage image, double seconds, bool isUnmet)
    {
        if (image.Grid.Import.TryGood(out var import))
        {
            Count(0, Bound.ImportLimit, import.Watts > Beyond(Least(site.Pcc.ImportMax, ConstraintDirection.Import, image)), (seconds, isUnmet));
            Count(1, Bound.ExportLimit, -import.Watts > Beyond(Least(site.Pcc.ExportMax, ConstraintDirection.Export, image)), (seconds, isUnmet));
        }
        Count(2, Bound.PhaseCurrent, Over(image.Grid.CurrentL1) || Over(image.Grid.CurrentL2) || Over(image.Grid.CurrentL3), (seconds, isUnmet));
        for (var i = 0; i < site.Batteries.Length; i++)
        {
            var (now, battery) = (image.Batteries[i], site.Batteries[i]);
            if (!now.Soc.TryGood(out var soc) || !now.Discharge.TryGood(out var discharge))
                continue;
            Count(3 + (2 * i), Bound.SocMin, soc.Ratio < battery.SocMin.Ratio - 0.005 && discharge.Watts > 50, (seconds, false));
            Count(4 + (2 * i), Bound.SocMax, soc.Ratio > battery.SocMax.Ratio + 0.005 && discharge.Watts < -50, (seconds, false));
        }
    }

    /// <summary>The connection's limit, or a smaller one that somebody has ordered.</summary>
    private static Power Least(Power limit, ConstraintDirection direction, ProcessImage image)
    {
        foreach (var order in image.Orders.Constraints)
            if (order.Direction == direction && order.IsHard && order.IsActive(image.TakenAt))
                limit = Power.Min(limit, order.Limit);
        return limit;
    }

    /// <summary>What no meter tells apart from the limit itself: 0.5 % of it, at least 20 W.</summary>
    private static double Beyond(Power limit) => limit.Watts + Math.Max(20, limit.Watts * 0.005);

    /// <summary>Begins anew with what lasts now: the judge did not look for a while.</summary>
    public void Forget() => Array.Clear(over);

    private bool Over(Reading<Current> current) =>
        current.TryGood(out var now) && Math.Abs(now.Amperes) > site.Pcc.PhaseCurrentMax.Amperes * 1.005;

    private void Count(int index, Bound bound, bool isOver, (double Seconds, bool IsUnmet) step)
    {
        var before = over[index];
        var now = over[index] = isOver ? (before.Lasting + step.Seconds, Reacting(before, step)) : default;
        if (now.Lasting > WorstSeconds)
            (WorstSeconds, WorstBound) = (now.Lasting, bound);
        LongestReaction = Math.Max(LongestReaction, now.Reacting);
        var reaction = ReactionSeconds + step.Seconds; // nothing between two looks is seen, so one look more is granted
        if (before.Reacting <= reaction && now.Reacting > reaction)
            Violations++;
        else if (before.Lasting <= reaction && now.Lasting > reaction)
            Unmeetable++;
    }

    /// <summary>While nothing controllable is left nobody can react, so the time for it stands still, and is not given anew: a plant that fell silent, went back to
    /// full power by its own timer and answers again nine seconds later has its whole reaction still before it.</summary>
    private static double Reacting((double Lasting, double Reacting) before, (double Seconds, bool IsUnmet) step) =>
        step.IsUnmet ? before.Reacting : before.Reacting + step.Seconds;
}
