using System.Collections.Concurrent;
using System.Globalization;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Training;
using SmartEms.Edge.Training;

namespace SmartEms.Edge.Bench;

/// <summary>What planning and the learned policy earn on measured homes that the policy has never seen, in weeks from which nothing was ever learnt; beside the rule, simple
/// tariff automation, a plan without uncertainty, and perfect foresight.</summary>
internal static class PolicyBench
{
    private const int Folds = 5;
    private const int Seeds = 3;
    private const int LastDay = 363;
    private static readonly bool[] FillsUp = [false, true];
    private static readonly string[] Tariffs = ["flat", .. ChunkPool.Tariffs];
    private static readonly BacktestSpan Span = new(ChunkPool.WarmUpDays * 24, LastDay * 24, 5_000);

    /// <summary>[--threads N] [--no-training] [--write DIR]; without training the plan alone is judged.</summary>
    public static async IAsyncEnumerable<Figure> Run(string[] args)
    {
        var threads = args.SkipWhile(arg => arg != "--threads").Skip(1).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).FirstOrDefault(2);
        var directory = args.SkipWhile(arg => arg != "--write").Skip(1).FirstOrDefault();
        if (directory is not null && !Directory.Exists(directory))
            throw new BenchException("--write needs a directory that exists, for the page");
        var page = new EvidencePage();
        var began = TimeProvider.System.GetTimestamp();
        var looks = TrainingLooks.Make(threads);
        var policies = args.Contains("--no-training") ? [] : await Task.Run(() => Train(looks, threads));
        var (scores, bounds) = (new PolicyScores(), new ConcurrentBag<(double Own, double Highs)>());
        var jobs = from home in EnergyData.Homes from tariff in Tariffs select (home, tariff);
        await Task.Run(() => Parallel.ForEach(jobs, new() { MaxDegreeOfParallelism = threads }, job => Score(job, looks[job.home], policies, (scores, bounds))));
        foreach (var figure in PolicyFigures.Of(scores, [.. bounds], policies.Count > 0 ? Seeds : 0).Append(Figure.Told("policy.minutes", TimeProvider.System.GetElapsedTime(began).TotalMinutes, "min")))
        {
            page.Add(figure);
            yield return figure;
        }
        if (directory is null)
            yield break;
        await File.WriteAllTextAsync(Path.Combine(directory, "policy.svg"), PolicyPlot.Svg(scores));
        page.Write(Path.Combine(directory, "policy.md"), "Plan and policy on measured homes", "./dev bench policy --write docs/evidence", PolicyFigures.Words(policies.Count > 0 ? policies[0].File : null));
    }

    /// <summary>A policy for each fold and seed: two homes are left out of each fold.</summary>
    private static List<(int Fold, int Seed, PolicyFile File)> Train(IReadOnlyDictionary<string, TraceLooks> looks, int threads)
    {
        var began = TimeProvider.System.GetTimestamp();
        var pool = ChunkPool.Make(looks, threads);
        Console.Error.WriteLine($"pool of {ChunkPool.Tariffs.Length} tariffs after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
        var policies = new List<(int, int, PolicyFile)>();
        for (var fold = 0; fold < Folds; fold++)
            for (var seed = 1; seed <= Seeds; seed++)
            {
                policies.Add((fold, seed, Trainer.Train(pool.Of([.. EnergyData.Homes.Where((_, i) => i % Folds != fold)]), new((ulong)seed) { Each = OnThreads.Of(threads) })));
                Console.Error.WriteLine($"fold {fold} seed {seed} after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
            }
        return policies;
    }

    private static void Score((string Home, string Tariff) job, TraceLooks looks, List<(int Fold, int Seed, PolicyFile File)> policies, (PolicyScores Scores, ConcurrentBag<(double, double)> Bounds) into)
    {
        var (trace, storage) = (EnergyData.Trace(job.Home, job.Tariff), EnergyData.Standard);
        var stored = Chunk.StoredShare * trace.Prices.Import.AsSpan(Span.First, Span.Steps).ToArray().Average();
        var foresight = new TraceForesight(trace, looks);
        var shelf = new PlanShelf(foresight, storage) { Keeps = true };
        var rules = FillsUp.Select(fills => Backtest.Run(trace, storage, Span, new PriceRule(trace, storage, fills))).MinBy(result => result.Total(stored))!;
        List<BacktestResult> results =
        [
            Backtest.Run(trace, storage, Span, new NoControl()),
            Backtest.Run(trace, storage, Span, new RuleControl()),
            rules,
            Backtest.Run(trace, storage, Span, new PlanControl(new(foresight, storage) { IsCertain = true })),
            Backtest.Run(trace, storage, Span, new PlanControl(shelf)),
            PerfectForesight.Run(trace, storage, Span, stored),
            Backtest.Run(trace, storage, Span, new ContestControl(shelf, (valuation, energy, _) => valuation.At(energy).Battery, trace, storage)),
        ];
        var fold = Array.IndexOf(EnergyData.Homes, job.Home) % Folds;
        foreach (var (_, seed, file) in policies.Where(one => one.Fold == fold))
            results.Add(Backtest.Run(trace, storage, Span, new PolicyControl(shelf, new(file), trace.ClockAt) { Name = $"policy-{seed}" }));
        into.Scores.Add(PolicyScores.Weeks(job.Home, job.Tariff, results, stored));
        into.Bounds.Add((results[5].Total(stored), HighsOptimum.Cost(trace, storage, Span, stored)));
    }
}
