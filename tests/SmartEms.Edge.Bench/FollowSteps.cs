using SmartEms.Edge.Core.Deciding;

namespace SmartEms.Edge.Bench;

/// <summary>A load of 3 kW comes; when the exchange is back within ±150 W for good, and whether anything swings after that.</summary>
internal static class FollowSteps
{
    public const double LoadWatts = 3_000;
    public const double BandWatts = 150;

    /// <summary>Time of the record before and after the step, s.</summary>
    public const double Before = 5;
    public const double After = 40;

    /// <summary>A load that comes and goes this often has shown Follow how late the battery is.</summary>
    private const int Lessons = 10;
    private const double LessonSeconds = 25;

    /// <param name="Settled">Seconds from the load's step to the exchange's last moment outside the band.</param>
    /// <param name="Swing">Peak to peak of the exchange over the record's last 15 s, W.</param>
    /// <param name="Measured">The delay Follow has measured, s.</param>
    /// <param name="Import">W, one value a tick.</param>
    /// <param name="Battery">W.</param>
    /// <param name="Asked">W.</param>
    public sealed record Outcome(double Settled, double Swing, double Measured, List<double> Import, List<double> Battery, List<double> Asked);

    /// <summary>The load comes at each tenth of Follow's second once; the slowest of the ten.</summary>
    public static Outcome Worst(Lateness kind, double seconds, bool isTaught)
    {
        var worst = Run(kind, seconds, isTaught, 0);
        for (var tenth = 1; tenth < 10; tenth++)
            if (Run(kind, seconds, isTaught, tenth) is var other && (other.Settled, other.Swing).CompareTo((worst.Settled, worst.Swing)) > 0)
                worst = other;
        return worst;
    }

    private static Outcome Run(Lateness kind, double seconds, bool isTaught, int tenth)
    {
        var site = FollowSites.Site(10_000, 0, FollowSites.Battery("house", 20_000, 6_000));
        var rig = new FollowRig(site, FollowSites.Flat(500, 0), new() { Start = FollowRig.Noon, Varied = false, Batteries = [LateBattery.Of(kind, seconds)] });
        rig.Run(60);
        for (var i = 0; isTaught && i < Lessons; i++)
        {
            rig.Physics.AddedLoadWatts = i % 2 == 0 ? 2_000 : 0;
            rig.Run(LessonSeconds);
        }
        rig.Run(60 + (tenth * FollowRig.Tick));
        var outcome = new Outcome(0, 0, 0, [], [], []);
        Record(rig, Before, outcome);
        rig.Physics.AddedLoadWatts = LoadWatts;
        Record(rig, After, outcome);
        var (first, last) = ((int)(Before / FollowRig.Tick), outcome.Import.Count - 1);
        while (last >= first && Math.Abs(outcome.Import[last]) <= BandWatts)
            last--;
        var tail = outcome.Import.Skip(outcome.Import.Count - 150);
        return outcome with { Settled = (last + 1 - first) * FollowRig.Tick, Swing = tail.Max() - tail.Min(), Measured = rig.Learnt.Latency };
    }

    private static void Record(FollowRig rig, double seconds, Outcome into)
    {
        for (var i = 0; i < seconds / FollowRig.Tick; i++)
        {
            rig.Move();
            into.Import.Add(rig.Physics.ImportWatts);
            into.Battery.Add(rig.Physics.BatteryDischargeWatts);
            into.Asked.Add(rig.Asked);
        }
    }
}
