using System.Globalization;
using SmartEms.Edge.Core.Backtesting;

namespace SmartEms.Edge.Backtesting;

/// <summary>A week of a backtest as a picture: the one in the middle of what was lived through, under the cleverest controller there was.</summary>
internal static class WeekPicture
{
    private static readonly string[] Preferred = ["policy", "plan", "rule"];

    public static void Write(string path, BacktestRun run, BacktestScores scores)
    {
        var result = Preferred.Select(name => scores.Results.FirstOrDefault(one => one.Name == name)).First(one => one is not null)!;
        var perDay = (int)(24 / run.Trace.Hours);
        var first = run.Local.FirstOf(run.Local.DayOf(run.Span.First + (run.Span.Steps / 2)) / 7 * 7);
        first = Math.Max(run.Span.First, Math.Min(first, run.Span.End - (7 * perDay)));
        var steps = Math.Min(7 * perDay, run.Span.End - first);
        List<double> Row(Func<int, double> value) => [.. Enumerable.Range(first, steps).Select(value)];
        var flows = result.Flows.ToArray();
        var dearest = Math.Max(1e-9, run.Trace.Prices.Import.AsSpan(first, steps).ToArray().Max());
        var highest = Math.Max(1, Row(t => Math.Max(run.Trace.Load[t], run.Trace.Pv[t])).Max());
        var picture = Plot.Svg(
            string.Create(CultureInfo.InvariantCulture, $"{result.Name}, the week from {run.Local[first]:yyyy-MM-dd}; the dearest price is {dearest:0.000}"),
            (0, run.Trace.Hours, "hours"),
            new("price", "#bbb", Row(t => run.Trace.Prices.Import[t] / dearest * highest)),
            new("load", "#c22", Row(t => run.Trace.Load[t])),
            new("PV", "#ca2", Row(t => run.Trace.Pv[t])),
            new("battery discharge", "#26a", Row(t => flows[t - run.Span.First].Discharge)));
        try
        {
            File.WriteAllText(path, picture);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(Exit.Failed, "picture_not_written", $"{path} cannot be written: {failure.Message}", "name a file in a directory you may write to");
        }
    }
}
