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

    private readonly double[] overSeconds = new double[3 + (2 * site.Batteries.Length)];
    private bool unmet;

    /// <summary>How many times a limit was exceeded beyond the reaction time although something controllable was left.</summary>
    public int Violations { get; private set; }

    /// <summary>How many times it was exceeded with nothing controllable left: the uncontrolled load alone was too much, and a finding said so.</summary>
    public int Unmeetable { get; private set; }

    /// <summary>The longest exceedance of any limit, s; and which limit it was.</summary>
    public double WorstSeconds { get; private set; }
    public Bound WorstBound { get; private set; }

    /// <param name="image">What is measured now.</param>
    /// <param name="seconds">Since the last look.</param>
    /// <param name="isUnmet">A finding says that nothing controllable is left.</param>
    public void Look(ProcessImage image, double seconds, bool isUnmet)
    {
        unmet = isUnmet;
        if (image.Grid.Import.TryGood(out var import))
        {
            Count(0, Bound.ImportLimit, import.Watts > Beyond(site.Pcc.ImportMax), seconds);
            Count(1, Bound.ExportLimit, -import.Watts > Beyond(site.Pcc.ExportMax), seconds);
        }
        Count(2, Bound.PhaseCurrent, Over(image.Grid.CurrentL1) || Over(image.Grid.CurrentL2) || Over(image.Grid.CurrentL3), seconds);
        for (var i = 0; i < site.Batteries.Length; i++)
        {
            var (now, battery) = (image.Batteries[i], site.Batteries[i]);
            if (!now.Soc.TryGood(out var soc) || !now.Discharge.TryGood(out var discharge))
                continue;
            Count(3 + (2 * i), Bound.SocMin, soc.Ratio < battery.SocMin.Ratio - 0.005 && discharge.Watts > 50, seconds);
            Count(4 + (2 * i), Bound.SocMax, soc.Ratio > battery.SocMax.Ratio + 0.005 && discharge.Watts < -50, seconds);
        }
    }

    /// <summary>What no meter tells apart from the limit itself: 0.5 % of it, at least 20 W.</summary>
    private static double Beyond(Quantities.Power limit) => limit.Watts + Math.Max(20, limit.Watts * 0.005);

    /// <summary>Begins anew with what lasts now: the judge did not look for a while.</summary>
    public void Forget() => Array.Clear(overSeconds);

    private bool Over(Reading<Current> current) =>
        current.TryGood(out var now) && Math.Abs(now.Amperes) > site.Pcc.PhaseCurrentMax.Amperes * 1.005;

    private void Count(int index, Bound bound, bool over, double seconds)
    {
        var before = overSeconds[index];
        overSeconds[index] = over ? before + seconds : 0;
        if (overSeconds[index] > WorstSeconds)
            (WorstSeconds, WorstBound) = (overSeconds[index], bound);
        var reaction = ReactionSeconds + seconds; // nothing between two looks is seen, so one look more is granted
        if (before <= reaction && overSeconds[index] > reaction)
        {
            Violations += unmet ? 0 : 1;
            Unmeetable += unmet ? 1 : 0;
        }
    }
}
