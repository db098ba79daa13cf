namespace SmartEms.Edge.Bench;

/// <summary>Two batteries of different size and different lateness share a step of load; whether they settle in their shares and stay there.</summary>
internal static class FollowPair
{
    public sealed record Outcome(double Settled, double ShareError, double Wandering, List<double> Import, List<double> Large, List<double> Small);

    public static Outcome Run()
    {
        var site = FollowSites.Site(10_000, 0, FollowSites.Battery("large", 15_000, 6_000), FollowSites.Battery("small", 5_000, 2_500));
        var rig = new FollowRig(site, FollowSites.Flat(400, 0), new()
        {
            Start = FollowRig.Noon, Varied = false, Batteries = [LateBattery.Of(Lateness.Slow, 2), LateBattery.Of(Lateness.Slow, 0.5)],
        });
        rig.Run(120);
        var outcome = new Outcome(0, 0, 0, [], [], []);
        Record(rig, 5, outcome);
        rig.Physics.AddedLoadWatts = FollowSteps.LoadWatts;
        Record(rig, 60, outcome);
        var last = outcome.Import.Count - 1;
        while (last >= 50 && Math.Abs(outcome.Import[last]) <= FollowSteps.BandWatts)
            last--;
        var tail = outcome.Small.Skip(outcome.Small.Count - 300).ToList();
        return outcome with
        {
            Settled = (last + 1 - 50) * FollowRig.Tick,
            ShareError = 100 * Math.Abs((outcome.Small[^1] / (outcome.Small[^1] + outcome.Large[^1])) - 0.25),
            Wandering = tail.Max() - tail.Min(),
        };
    }

    private static void Record(FollowRig rig, double seconds, Outcome into)
    {
        for (var i = 0; i < seconds / FollowRig.Tick; i++)
        {
            rig.Move();
            into.Import.Add(rig.Physics.ImportWatts);
            into.Large.Add(rig.Physics.Batteries[0].DischargeWatts);
            into.Small.Add(rig.Physics.Batteries[1].DischargeWatts);
        }
    }
}
