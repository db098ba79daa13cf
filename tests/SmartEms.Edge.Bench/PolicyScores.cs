using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Training;

namespace SmartEms.Edge.Bench;

/// <summary>One home's week under one tariff: what each controller paid, energy in the battery credited or debited.</summary>
internal sealed record ScoredWeek(string Home, string Tariff, int Day, Dictionary<string, double> Costs)
{
    public bool IsTest => ChunkPool.IsTestWeek(Day);
}

/// <summary>All weeks of all homes, and the ratios made of them.</summary>
internal sealed class PolicyScores
{
    private const int Draws = 1_000;
    private readonly List<ScoredWeek> _weeks = [];

    /// <summary>Filled by several threads; the order is made afterwards.</summary>
    public void Add(IEnumerable<ScoredWeek> weeks)
    {
        lock (_weeks)
            _weeks.AddRange(weeks);
    }

    public IReadOnlyList<ScoredWeek> Of(Func<string, bool> tariff) =>
        [.. _weeks.Where(week => week.IsTest && tariff(week.Tariff)).OrderBy(week => week.Tariff, StringComparer.Ordinal).ThenBy(week => week.Home, StringComparer.Ordinal).ThenBy(week => week.Day)];

    /// <summary>The part of the saving between a worse controller and perfect foresight, in percent.</summary>
    public static double Share(IReadOnlyList<ScoredWeek> weeks, string controller, string from)
    {
        var (worse, mine, best) = (0.0, 0.0, 0.0);
        foreach (var week in weeks)
            (worse, mine, best) = (worse + week.Costs[from], mine + week.Costs[controller], best + week.Costs["perfect-foresight"]);
        return 100 * (worse - mine) / (worse - best);
    }

    /// <summary>The 2.5th and 97.5th percentile of a figure when home-weeks are drawn again and again.</summary>
    public static (double Low, double High) Interval(IReadOnlyList<ScoredWeek> weeks, Func<IReadOnlyList<ScoredWeek>, double> figure)
    {
        var chance = new SeededRandom(1);
        var values = new double[Draws];
        for (var i = 0; i < Draws; i++)
        {
            var drawn = new ScoredWeek[weeks.Count];
            for (var j = 0; j < drawn.Length; j++)
                drawn[j] = weeks[(int)(chance.NextDouble() * weeks.Count)];
            values[i] = figure(drawn);
        }
        Array.Sort(values);
        return (values[Draws / 40], values[Draws - (Draws / 40)]);
    }

    /// <summary>The worst four weeks of any home under any tariff against the rule, in percent of another controller's bill; all weeks count, for the home was never learnt from.</summary>
    public (double Percent, string Where) WorstMonth(string controller, string of)
    {
        var worst = (Percent: double.PositiveInfinity, Where: "");
        foreach (var month in _weeks.GroupBy(week => (week.Home, week.Tariff, Month: week.Day / 28)))
        {
            var (rule, mine, bill) = (month.Sum(week => week.Costs["rule"]), month.Sum(week => week.Costs[controller]), Math.Abs(month.Sum(week => week.Costs[of])));
            if (100 * (rule - mine) / bill is var percent && percent < worst.Percent)
                worst = (percent, $"fontana_{month.Key.Home} {month.Key.Tariff} day {month.Key.Month * 28}");
        }
        return worst;
    }

    public static IEnumerable<ScoredWeek> Weeks(string home, string tariff, IReadOnlyList<BacktestResult> results, double stored)
    {
        var span = results[0].Span;
        for (var from = 0; from + (7 * 24) <= span.Steps; from += 7 * 24)
            yield return new(home, tariff, (span.First + from) / 24, results.ToDictionary(result => result.Name, result => result.Part(from, from + (7 * 24), stored)));
    }
}
