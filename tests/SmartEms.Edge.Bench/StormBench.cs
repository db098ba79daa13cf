using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Bench;

/// <summary>Storms over site-years, and wild policies in random states: what must never happen, counted. Each seed is one site for one year; every figure
/// can be had again from its seed.</summary>
internal static class StormBench
{
    private const int DaysPerYear = 365;
    private const long Policies = 1_000_000;

    /// <summary>[--years N] [--seed FIRST] [--policies N]</summary>
    public static async IAsyncEnumerable<Figure> Run(string[] args)
    {
        var years = (int)Option(args, "--years", 1_000);
        var first = (ulong)Option(args, "--seed", 1);
        var policies = Option(args, "--policies", Policies);
        var done = new ConcurrentBag<StormResult>();
        await Task.Run(() => Parallel.For(0, years, new() { MaxDegreeOfParallelism = Environment.ProcessorCount }, year =>
        {
            done.Add(new Storm(first + (ulong)year, DaysPerYear).Run());
            if (done.Count % 50 == 0)
                Console.Error.WriteLine($"storms: {done.Count} of {years} site-years");
        }));
        var all = done.OrderBy(result => result.Seed).ToList();
        foreach (var bad in all.Where(result => !result.Judge.IsClean || !result.Contactors.IsClean || result.Limits.Violations > 0 || result.RestartChanges > 0).Take(20))
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {bad.Seed}: {bad.Judge.First} limits {bad.Limits.Violations} (worst {bad.Limits.WorstSeconds:0} s, {bad.Limits.WorstBound}), restarts changed {bad.RestartChanges}"));
        Console.Error.WriteLine($"seeds {first} to {first + (ulong)years - 1}");
        yield return new("storms.site_years", all.Sum(result => result.Days) / DaysPerYear, "years", double.PositiveInfinity, years);
        yield return Figure.Told("storms.steps", all.Sum(result => result.Steps), "steps");
        yield return Figure.Told("storms.fine_steps", all.Sum(result => result.FineSteps), "steps of 1 s");
        yield return Figure.Told("storms.faults", all.Sum(result => (long)result.Strikes), "faults of devices");
        yield return Figure.Told("storms.clock_steps", all.Sum(result => (long)result.ClockSteps), "steps of the clock");
        yield return Figure.Told("storms.restarts", all.Sum(result => (long)result.Restarts), "restarts");
        yield return Figure.Told("storms.decisions", all.Sum(result => (long)result.Decisions), "decisions");
        yield return Figure.Told("storms.lied", all.Sum(result => result.LiedSeconds) / 3_600, "h of lying sensors nobody could tell");
        yield return new("storms.envelope_violations", all.Sum(result => (long)result.Judge.Escapes), "setpoints", 0);
        yield return new("storms.blind_setpoints", all.Sum(result => (long)result.Judge.BlindSetpoints), "setpoints", 0);
        yield return new("storms.broken_orders", all.Sum(result => (long)result.Judge.BrokenOrders), "setpoints", 0);
        yield return new("storms.limit_violations", all.Sum(result => (long)result.Limits.Violations), "beyond the reaction time", 0);
        yield return new("storms.restart_changes", all.Sum(result => (long)result.RestartChanges), "restarts", 0);
        yield return Figure.Told("storms.phase_changes", all.Sum(result => (long)result.Contactors.Switches), "moves of a charger's contactor");
        yield return new("storms.contactor_violations", all.Sum(result => (long)result.Contactors.UnderCurrent + result.Contactors.TooSoon + result.Contactors.TooMany), "moves under current, too soon or too many", 0);
        var (violations, what) = await Task.Run(() => WildPolicies.Judge(first, policies));
        if (what.Length > 0)
            Console.Error.WriteLine(what);
        yield return new("storms.wild_policies", policies, "policies", double.PositiveInfinity, policies);
        yield return new("storms.wild_violations", violations, "setpoints", 0);
    }

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
