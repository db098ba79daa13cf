using System.Collections.Concurrent;
using System.Globalization;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Bench;

/// <summary>Storms over site-years, and wild policies in random states: what must never happen, counted. Each seed is one site for one year; every figure
/// can be had again from its seed.</summary>
internal static class StormBench
{
    private const int DaysPerYear = 365;

    /// <summary>So many site-years and policies are asked for; fewer may be run, and fall short.</summary>
    private const int Years = 1_000;
    private const long Policies = 1_000_000;

    /// <summary>[--years N] [--seed FIRST] [--policies N] [--write DIR]</summary>
    public static async IAsyncEnumerable<Figure> Run(string[] args)
    {
        var years = (int)Option(args, "--years", Years);
        var first = (ulong)Option(args, "--seed", 1);
        var policies = Option(args, "--policies", Policies);
        var directory = Directory(args);
        var page = new EvidencePage();
        var all = await Task.Run(() => Storms(first, years));
        Console.Error.WriteLine($"seeds {first} to {first + (ulong)years - 1}");
        foreach (var figure in Of(all, first))
        {
            page.Add(figure);
            yield return figure;
        }
        var (violations, what) = await Task.Run(() => WildPolicies.Judge(first, policies));
        if (what.Length > 0)
            Console.Error.WriteLine(what);
        foreach (var figure in new Figure[] { new("storms.wild_policies", policies, "policies", double.PositiveInfinity, Policies), new("storms.wild_violations", violations, "setpoints", 0) })
        {
            page.Add(figure);
            yield return figure;
        }
        if (directory is not null)
            page.Write(Path.Combine(directory, "storms.md"), "Storms", "./dev bench storms --write docs/evidence", $"""
                Simulated sites, no real device.
                A site-year is one random site under the product's own Cycle and Follow, led by a policy gone mad that answers ten seconds late, while devices fall silent, freeze, lie
                and reset, contacts switch and break, orders come and end, the clock jumps, store and broker are gone, and the program restarts from its last record. Seeds {first} to {first + (ulong)years - 1}, one for each site-year; wild policies: seeds
                {first} to {first + (ulong)policies - 1}, each thinking in one random state of a site and followed for three. Steps take a minute, and a second around every fault; the connection's limits are judged
                in the latter, and not while a sensor lies that nobody can tell.
                """);
    }

    private static List<StormResult> Storms(ulong first, int years)
    {
        var done = new ConcurrentBag<StormResult>();
        Parallel.For(0, years, new() { MaxDegreeOfParallelism = Environment.ProcessorCount }, year =>
        {
            var result = new Storm(first + (ulong)year, DaysPerYear).Run();
            if (!result.IsClean)
                Console.Error.WriteLine(Words(result));
            done.Add(result);
            if (done.Count % 50 == 0)
                Console.Error.WriteLine($"storms: {done.Count} of {years} site-years");
        });
        return [.. done.OrderBy(result => result.Seed)];
    }

    private static IEnumerable<Figure> Of(List<StormResult> all, ulong first)
    {
        yield return new("storms.site_years", all.Sum(result => result.Days) / DaysPerYear, "years", double.PositiveInfinity, Years);
        yield return Figure.Told("storms.first_seed", first, "and one more for each site-year");
        yield return Figure.Told("storms.steps", all.Sum(result => result.Steps), "steps");
        yield return Figure.Told("storms.fine_steps", all.Sum(result => result.FineSteps), "steps of 1 s");
        yield return Figure.Told("storms.faults", all.Sum(result => (long)result.Strikes), "faults of devices");
        yield return Figure.Told("storms.clock_steps", all.Sum(result => (long)result.ClockSteps), "steps of the clock");
        yield return Figure.Told("storms.restarts", all.Sum(result => (long)result.Restarts), "restarts");
        yield return Figure.Told("storms.store_outages", all.Sum(result => (long)result.StoreOutages), "times the store was gone, up to 2 h");
        yield return Figure.Told("storms.broker_outages", all.Sum(result => (long)result.BrokerOutages), "times the broker was gone, up to a day");
        yield return Figure.Told("storms.orders", all.Sum(result => (long)result.Orders), "orders by hand and of the cloud");
        yield return Figure.Told("storms.decisions", all.Sum(result => (long)result.Decisions), "decisions");
        yield return Figure.Told("storms.lied", all.Sum(result => result.LiedSeconds) / 3_600, "h of lying sensors nobody could tell");
        yield return new("storms.envelope_violations", all.Sum(result => (long)result.Judge.Escapes), "setpoints", 0);
        yield return new("storms.blind_setpoints", all.Sum(result => (long)result.Judge.BlindSetpoints), "setpoints on readings that are not Good", 0);
        yield return new("storms.broken_orders", all.Sum(result => (long)result.Judge.BrokenOrders), "setpoints", 0);
        yield return new("storms.limit_violations", all.Sum(result => (long)result.Limits.Violations), "beyond the reaction time", 0);
        yield return Figure.Told("storms.limit_longest", all.Max(result => result.Limits.LongestReaction), "s over a limit with something controllable left");
        yield return Figure.Told("storms.limit_unmeetable", all.Sum(result => (long)result.Limits.Unmeetable), "times with nothing controllable left");
        yield return new("storms.restart_changes", all.Sum(result => (long)result.RestartChanges), "restarts", 0);
        yield return Figure.Told("storms.setpoints_proven", all.Sum(result => result.Setpoints.Proven), "setpoints read back");
        yield return Figure.Told("storms.setpoints_alerted", all.Sum(result => result.Setpoints.Alerted), "setpoints that did not arrive, and a finding");
        yield return new("storms.setpoints_silent", all.Sum(result => result.Setpoints.Silent), "setpoints that did not arrive, and no finding", 0);
        yield return Figure.Told("storms.phase_changes", all.Sum(result => (long)result.Contactors.Switches), "moves of a charger's contactor");
        yield return new("storms.contactor_violations", all.Sum(result => (long)result.Contactors.UnderCurrent + result.Contactors.TooSoon + result.Contactors.TooMany), "moves under current, too soon or too many", 0);
    }

    private static string Words(StormResult bad) => string.Create(CultureInfo.InvariantCulture,
        $"seed {bad.Seed}: {bad.Judge.First} limits {bad.Limits.Violations} (longest {bad.Limits.LongestReaction:0} s, {bad.Limits.WorstBound}), setpoints untold {bad.Setpoints.Silent}, contactors {bad.Contactors.UnderCurrent} under current {bad.Contactors.TooSoon} too soon {bad.Contactors.TooMany} too many, restarts changed {bad.RestartChanges}");

    private static string? Directory(string[] args) => Array.IndexOf(args, "--write") switch
    {
        < 0 => null,
        var at when at + 1 < args.Length && System.IO.Directory.Exists(args[at + 1]) => args[at + 1],
        _ => throw new BenchException("--write needs a directory that exists, for the page"),
    };

    private static long Option(string[] args, string name, long usual)
    {
        var at = Array.IndexOf(args, name);
        if (at < 0)
            return usual;
        return at + 1 < args.Length && long.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BenchException($"{name} needs a whole number");
    }
}
