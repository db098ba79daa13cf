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

    /// <summary>[--years N] [--seed FIRST] [--policies N] [--journal FILE] [--write DIR]</summary>
    public static async IAsyncEnumerable<Figure> Run(string[] args)
    {
        var years = (int)Option(args, "--years", Years);
        var first = (ulong)Option(args, "--seed", 1);
        var policies = Option(args, "--policies", Policies);
        var directory = Directory(args);
        var page = new EvidencePage();
        var all = await Task.Run(() => Storms((first, years), new(PathOf(args, "--journal"))));
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

    private static List<StormYear> Storms((ulong First, int Years) wanted, StormJournal journal)
    {
        var done = new ConcurrentBag<StormYear>();
        Parallel.For(0, wanted.Years, new() { MaxDegreeOfParallelism = Environment.ProcessorCount }, year =>
        {
            var seed = wanted.First + (ulong)year;
            if (journal.Of(seed) is not { } known)
            {
                var result = new Storm(seed, DaysPerYear).Run();
                if (!result.IsClean)
                    Console.Error.WriteLine(Words(result));
                journal.Add(known = StormYear.Of(result));
            }
            done.Add(known);
            if (done.Count % 50 == 0)
                Console.Error.WriteLine($"storms: {done.Count} of {wanted.Years} site-years");
        });
        return [.. done.OrderBy(year => year.Seed)];
    }

    private static IEnumerable<Figure> Of(List<StormYear> all, ulong first)
    {
        Figure Told(string name, string unit) => Figure.Told($"storms.{name}", all.Sum(year => year[name]), unit);
        Figure Never(string name, string unit) => new($"storms.{name}", all.Sum(year => year[name]), unit, 0);
        yield return new("storms.site_years", all.Sum(year => year["days"]) / DaysPerYear, "years", double.PositiveInfinity, Years);
        yield return Figure.Told("storms.first_seed", first, "and one more for each site-year");
        yield return Told("steps", "steps");
        yield return Told("fine_steps", "steps of 1 s");
        yield return Told("faults", "faults of devices");
        yield return Told("clock_steps", "steps of the clock");
        yield return Told("restarts", "restarts");
        yield return Told("store_outages", "times the store was gone, up to 2 h");
        yield return Told("broker_outages", "times the broker was gone, up to a day");
        yield return Told("orders", "orders by hand and of the cloud");
        yield return Told("decisions", "decisions");
        yield return Figure.Told("storms.lied", all.Sum(year => year["lied_s"]) / 3_600, "h of lying sensors nobody could tell");
        yield return Never("envelope_violations", "setpoints");
        yield return Never("blind_setpoints", "setpoints on readings that are not Good");
        yield return Never("broken_orders", "setpoints");
        yield return Never("limit_violations", "beyond the reaction time");
        yield return Figure.Told("storms.limit_longest", all.Max(year => year["limit_longest"]), "s over a limit with something controllable left");
        yield return Told("limit_unmeetable", "times with nothing controllable left");
        yield return Never("restart_changes", "restarts");
        yield return Told("setpoints_proven", "setpoints read back");
        yield return Told("setpoints_alerted", "setpoints that did not arrive, and a finding");
        yield return Never("setpoints_silent", "setpoints that did not arrive, and no finding");
        yield return Told("phase_changes", "moves of a charger's contactor");
        yield return Never("contactor_violations", "moves under current, too soon or too many");
    }

    private static string Words(StormResult bad) => string.Create(CultureInfo.InvariantCulture,
        $"seed {bad.Seed}: {bad.Judge.First} limits {bad.Limits.Violations} (longest {bad.Limits.LongestReaction:0} s, {bad.Limits.WorstBound}), setpoints untold {bad.Setpoints.Silent}, contactors {bad.Contactors.UnderCurrent} under current {bad.Contactors.TooSoon} too soon {bad.Contactors.TooMany} too many, restarts changed {bad.RestartChanges}");

    private static string? PathOf(string[] args, string name) => Array.IndexOf(args, name) switch
    {
        < 0 => null,
        var at when at + 1 < args.Length => args[at + 1],
        _ => throw new BenchException($"{name} needs a file"),
    };

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
