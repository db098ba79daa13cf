using SmartEms.Edge.Core.Backtesting;

namespace SmartEms.Edge.Backtesting;

/// <summary>What a controller made of a trace.</summary>
/// <param name="Name">Of the controller.</param>
/// <param name="Cost">The bill, wear included, energy left in the battery credited; in the currency of the prices.</param>
/// <param name="R1">Share of the saving from no control to perfect foresight; null where there is none to be had.</param>
/// <param name="R2">Share of the saving from the rule to perfect foresight.</param>
internal sealed record BacktestScore(string Name, double Cost, double? R1, double? R2)
{
    /// <summary>Full discharges of the battery.</summary>
    public double Cycles { get; init; }
    public double PeakW { get; init; }
    public double ImportKwh { get; init; }
    public double ExportKwh { get; init; }

    /// <summary>Of imports; null where no carbon was given.</summary>
    public double? Co2Kg { get; init; }
    public double EvKwh { get; init; }
    public double EvUnmetKwh { get; init; }

    /// <summary>What the controller itself took, s.</summary>
    public double Seconds { get; init; }
}

/// <summary>All controllers on one trace, side by side.</summary>
internal sealed class BacktestScores
{
    /// <summary>Less than this is no saving but rounding.</summary>
    private const double Nothing = 1e-6;

    private BacktestScores(BacktestRun run, List<BacktestResult> results, List<double> seconds) =>
        (Results, Scores) = (results, [.. results.Select((result, i) => Score(run, result, results, seconds[i]))]);

    /// <summary>What each made of it, step by step; in the order of the scores.</summary>
    public IReadOnlyList<BacktestResult> Results { get; }
    public IReadOnlyList<BacktestScore> Scores { get; }

    public static BacktestScores Of(BacktestRun run, TimeProvider time, IReadOnlyList<IController> controllers)
    {
        Timed[] timed = [.. controllers.Select(one => new Timed(one, time))];
        var results = Backtest.Run(run.Trace, run.Storage, run.Span, timed).ToList();
        var seconds = timed.Select(one => one.Seconds).ToList();
        Better(run, results, seconds, "price-rule");
        var began = time.GetTimestamp();
        if (run.Trace.Sessions.IsEmpty)
        {
            results.Add(PerfectForesight.Run(run.Trace, run.Storage, run.Span, run.StoredPerKwh));
            seconds.Add(time.GetElapsedTime(began).TotalSeconds);
        }
        return new(run, results, seconds);
    }

    /// <summary>Of several with one name the one that paid least stays.</summary>
    private static void Better(BacktestRun run, List<BacktestResult> results, List<double> seconds, string name)
    {
        while (results.FindIndex(one => one.Name == name) is >= 0 and var first && results.FindIndex(first + 1, one => one.Name == name) is >= 0 and var second)
        {
            var worse = run.CostOf(results[first]) > run.CostOf(results[second]) ? first : second;
            results.RemoveAt(worse);
            seconds.RemoveAt(worse);
        }
    }

    private static BacktestScore Score(BacktestRun run, BacktestResult result, List<BacktestResult> all, double seconds)
    {
        double? CostOf(string name) => all.Find(one => one.Name == name) is { } one ? run.CostOf(one) : null;
        var cost = run.CostOf(result);
        var (none, rule, best) = (CostOf("no-control"), CostOf("rule"), CostOf("perfect-foresight"));
        var (imported, exported, carbon, charged, hours) = (0.0, 0.0, 0.0, 0.0, run.Trace.Hours / 1000);
        foreach (var (from, end) in run.Scored)
            for (var t = from; t < end; t++)
            {
                var flow = result.Flows[t - run.Span.First];
                (imported, exported, charged) = (imported + (flow.Import * hours), exported + (flow.Export * hours), charged + (flow.Ev * hours));
                carbon += run.Trace.Prices.Carbon.IsEmpty ? 0 : flow.Import * hours * run.Trace.Prices.Carbon[t];
            }
        return new(result.Name, cost, Share(none, cost, best), Share(rule, cost, best))
        {
            Cycles = result.Cycles(run.Trace.Hours), PeakW = result.Peak(), ImportKwh = imported, ExportKwh = exported, Co2Kg = run.Trace.Prices.Carbon.IsEmpty ? null : carbon,
            EvKwh = charged, EvUnmetKwh = result.EvUnmetWh / 1000, Seconds = seconds,
        };
    }

    private static double? Share(double? from, double cost, double? best) =>
        from is { } start && best is { } least && start - least > Nothing ? (start - cost) / (start - least) : null;

    /// <summary>Asks a controller and looks at the clock.</summary>
    private sealed class Timed(IController inner, TimeProvider time) : IController
    {
        public string Name => inner.Name;
        public double Seconds { get; private set; }

        public (Core.Describing.BatteryMode Battery, Core.Describing.EvMode Ev) Decide(BacktestMoment moment)
        {
            var began = time.GetTimestamp();
            var modes = inner.Decide(moment);
            Seconds += time.GetElapsedTime(began).TotalSeconds;
            return modes;
        }
    }
}
