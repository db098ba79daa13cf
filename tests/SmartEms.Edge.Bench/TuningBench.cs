using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Training;
using SmartEms.Edge.Training;

namespace SmartEms.Edge.Bench;

/// <summary>What fitting the policy to a home's own past is worth: eight months are lived and learnt from, a fitted policy is promoted or not as on a box, and the four months
/// after them, which nobody has seen, judge.</summary>
internal static class TuningBench
{
    private const int Folds = 5;
    private const int LivedDays = 252;
    private const int LastDay = 364;
    private const int WeekSteps = 7 * 24;
    private const double Never = double.PositiveInfinity;

    /// <summary>A home under a tariff: what its future would have cost under each, and whether the fitted policy was promoted.</summary>
    private readonly record struct Judged(string Tariff, bool IsPromoted, double Rule, double Best, double Plan, double Before, double After)
    {
        public double Led => IsPromoted ? After : Before;
    }

    /// <summary>[--threads N] [--rounds N] [--rate X] [--homes N] [--write DIR]</summary>
    public static async IAsyncEnumerable<Figure> Run(string[] args)
    {
        string Option(string name, string usual) => args.SkipWhile(arg => arg != name).Skip(1).FirstOrDefault(usual);
        var (threads, homes) = (int.Parse(Option("--threads", "2"), CultureInfo.InvariantCulture), int.Parse(Option("--homes", "10"), CultureInfo.InvariantCulture));
        var usual = new TuningPlan();
        var plan = new TuningPlan(int.Parse(Option("--rounds", $"{usual.Rounds}"), CultureInfo.InvariantCulture), float.Parse(Option("--rate", usual.Rate.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture));
        var directory = Option("--write", "");
        if (directory.Length > 0 && !Directory.Exists(directory))
            throw new BenchException("--write needs a directory that exists, for the page");
        var page = new EvidencePage();
        var policies = await Task.Run(() => Policies(threads));
        var judged = new ConcurrentBag<Judged>();
        var jobs = from home in EnergyData.Homes.Take(homes) from tariff in ChunkPool.Tariffs select (home, tariff);
        await Task.Run(() => Parallel.ForEach(jobs, new() { MaxDegreeOfParallelism = threads }, job => judged.Add(One(job, policies[Array.IndexOf(EnergyData.Homes, job.home) % Folds], plan))));
        foreach (var figure in Of([.. judged]))
        {
            page.Add(figure);
            yield return figure;
        }
        if (directory.Length > 0)
            page.Write(Path.Combine(directory, "tuning.md"), "A policy fitted to its own home", "./dev bench tuning --write docs/evidence", What);
    }

    private const string What = """
        Ten measured homes, five tariffs, hourly, 10 kWh / 5 kW (tests/data/energy). The policy that leads a home at first was trained without it (five folds, seed 1). After 252 days the last layers are
        fitted to the home's own past as `smartems policy tune` does it: three weeks are learnt from, the fourth is held back, and the fitted policy is promoted where it is better in the weeks held
        back. Judged are the 112 days after that. Points are of R2, the part of the saving between the rule of self-consumption and perfect foresight.
        """;

    private static PolicyFile[] Policies(int threads)
    {
        var pool = ChunkPool.Make(TrainingLooks.Make(threads), threads);
        return [.. Enumerable.Range(0, Folds).Select(fold => Trainer.Train(pool.Of([.. EnergyData.Homes.Where((_, i) => i % Folds != fold)]), new(1) { Each = OnThreads.Of(threads) }))];
    }

    private static Judged One((string Home, string Tariff) job, PolicyFile before, TuningPlan plan)
    {
        var (trace, storage) = (EnergyData.Trace(job.Home, job.Tariff), EnergyData.Standard);
        var tuning = Tuner.Run(Cut(trace, LivedDays * 24), storage, before, plan);
        var shelf = new PlanShelf(new TraceForesight(trace, new(trace, ChunkPool.Ahead) { ForgetsAll = true }), storage);
        var span = new BacktestSpan(LivedDays * 24, LastDay * 24, 5_000);
        var stored = Chunk.StoredShare * trace.Prices.Import.AsSpan(span.First, span.Steps).ToArray().Average();
        var results = Backtest.Run(trace, storage, span, [new RuleControl(), new PlanControl(shelf), new PolicyControl(shelf, new(before), trace.ClockAt), new PolicyControl(shelf, new(tuning.Policy), trace.ClockAt)]);
        var best = PerfectForesight.Run(trace, storage, span, stored);
        return new(job.Tariff, tuning.IsBetter, results[0].Total(stored), best.Total(stored), results[1].Total(stored), results[2].Total(stored), results[3].Total(stored));
    }

    private static BacktestTrace Cut(BacktestTrace trace, int steps) => trace with
    {
        Load = trace.Load[..steps],
        Pv = trace.Pv[..steps],
        Prices = new(trace.Prices.Import[..steps], trace.Prices.Export[..steps], [.. trace.Prices.KnownUntil[..steps].Select(step => Math.Min(step, steps))]),
    };

    private static IEnumerable<Figure> Of(ImmutableArray<Judged> all)
    {
        foreach (var tariff in ChunkPool.Tariffs)
        {
            var some = all.Where(one => one.Tariff == tariff).ToImmutableArray();
            yield return Figure.Told($"tuning.{tariff}_promoted", some.Count(one => one.IsPromoted), $"of {some.Length} homes");
            yield return Figure.Told($"tuning.{tariff}_above_before", Points(some, one => one.Led, one => one.Before), "points of R2, promoted or not");
            yield return Figure.Told($"tuning.{tariff}_above_plan", Points(some, one => one.Led, one => one.Plan), "points of R2, promoted or not");
        }
        yield return Figure.Told("tuning.all_fitted_above_before", Points(all, one => one.After, one => one.Before), "points of R2, had every fitted policy been promoted");
        yield return Figure.Told("tuning.all_before_above_plan", Points(all, one => one.Before, one => one.Plan), "points of R2");
        yield return new("tuning.all_above_before", Points(all, one => one.Led, one => one.Before), "points of R2, promoted or not", Never, 0);
        yield return new("tuning.all_above_plan", Points(all, one => one.Led, one => one.Plan), "points of R2, promoted or not", Never, 0);
        yield return new("tuning.worst_above_before", all.Min(one => 100 * (one.Before - one.Led) / (one.Rule - one.Best)), "points of R2, the worst home and tariff", Never, -1);
    }

    private static double Points(ImmutableArray<Judged> all, Func<Judged, double> mine, Func<Judged, double> other) =>
        100 * all.Sum(one => other(one) - mine(one)) / all.Sum(one => one.Rule - one.Best);
}
