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
    /// <returns>The judges' sum of what must not be, and what happened first.</returns>
    public static (long Violations, string First) Judge(ulong from, long count)
    {
        var sites = new Site[Sites];
        var judges = new StormJudge[Sites];
        for (var i = 0; i < Sites; i++)
            (sites[i], judges[i]) = (StormSite.Make((ulong)i), new(StormSite.Make((ulong)i)));
        for (var n = 0L; n < count; n++)
        {
            var seed = from + (ulong)n;
            var which = (int)(seed % Sites);
            var site = sites[which];
            var moment = new RandomMoment(SeededRandom.Mix(seed, 11));
            var image = moment.Of(site);
            var thought = Cycle.Think(Slot.Of(image.TakenAt), image, site, Memory.Fresh(site), new WildPolicy(SeededRandom.Mix(seed, 12)));
            var memory = FollowMemory.Fresh(site);
            for (var step = 0; step < 3; step++)
            {
                var followed = Follow.Step(new(image, site, thought.Decision, TimeSpan.FromSeconds(10 + step), 1), memory);
                judges[which].Look(image, followed);
                memory = followed.Memory;
                image = moment.Of(site);
            }
        }
        var violations = 0L;
        var first = "";
        foreach (var judge in judges)
        {
            violations += judge.Escapes + judge.BlindSetpoints + judge.BrokenOrders;
            first = first.Length == 0 ? judge.First : first;
        }
        return (violations, first);
    }
}
