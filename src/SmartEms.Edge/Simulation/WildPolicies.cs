using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>Random policies in random states: each thinks a cycle and takes three steps, and every setpoint is judged.</summary>
internal static class WildPolicies
{
    private const int Sites = 64;

    /// <param name="from">First seed.</param>
    /// <param name="count">How many policies, one seed each.</param>
    /// <returns>The judges' sum of what must not be, and what happened first at the first site where anything did.</returns>
    public static (long Violations, string First) Judge(ulong from, long count)
    {
        var judges = new StormJudge[Sites];
        Parallel.For(0, Sites, which =>
        {
            var site = StormSite.Make((ulong)which);
            judges[which] = new(site);
            for (var n = (which + Sites - (long)(from % Sites)) % Sites; n < count; n += Sites)
                One(from + (ulong)n, site, judges[which]);
        });
        return (judges.Sum(judge => (long)judge.Escapes + judge.BlindSetpoints + judge.BrokenOrders), judges.FirstOrDefault(judge => !judge.IsClean)?.First ?? "");
    }

    private static void One(ulong seed, Site site, StormJudge judge)
    {
        var moment = new RandomMoment(SeededRandom.Mix(seed, 11));
        var image = moment.Of(site);
        var thought = Cycle.Think(Slot.Of(image.TakenAt), image, site, Memory.Fresh(site), new WildPolicy(SeededRandom.Mix(seed, 12)));
        var memory = FollowMemory.Fresh(site);
        for (var step = 0; step < 3; step++)
        {
            var followed = Follow.Step(new(image, site, thought.Decision, TimeSpan.FromSeconds(10 + step), 1), memory);
            judge.Look(image, followed);
            memory = followed.Memory;
            image = moment.Of(site);
        }
    }
}
