using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Bench;

/// <summary>The forecaster on ten measured homes, hour by hour through a year, knowing only the past: pinball skill over the seasonal naive, and coverage.</summary>
internal static class ForecastBench
{
    private const int Day = 24;
    private const int Week = 7 * Day;

    /// <summary>After a week it shall be of use.</summary>
    private const int EarlyFrom = 7 * Day;
    private static readonly int[] Leads = [1, 4, 24];

    /// <summary>Percent over the naive at each lead.</summary>
    private static readonly double[] LoadSkill = [38, 28, 27];
    private static readonly double[] PvSkill = [42, 22, 6];

    /// <summary>One series of one home: our own scores, and those of the naive of a day and of a week, lead by lead.</summary>
    private sealed record Scores(ForecastScore[] Own, ForecastScore[] Day, ForecastScore[] Week)
    {
        public static Scores Fresh() => new(Three(), Three(), Three());

        private static ForecastScore[] Three() => [new(), new(), new()];
    }

    /// <summary>A home in the scored window, and before it, from the eighth day on.</summary>
    private sealed record HomeResult(Scores Load, Scores Pv, Scores EarlyLoad, Scores EarlyPv, int StateBytes);

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        var directory = arguments switch
        {
            [] => null,
            ["--write", var named] when Directory.Exists(named) => named,
            _ => throw new BenchException("forecast knows --write DIR, a directory that exists, for its page"),
        };
        var page = new EvidencePage();
        var homes = new HomeResult[Homes.Sound.Length];
        await Task.Run(() => Parallel.For(0, homes.Length, home => homes[home] = Judge(Homes.Read(Homes.Sound[home]))));
        foreach (var figure in Of(homes))
        {
            page.Add(figure);
            yield return figure;
        }
        if (directory is not null)
            page.Write(Path.Combine(directory, "forecast.md"), "Forecasts", "./dev bench forecast --write docs/evidence", What);
    }

    private const string What = """
        Ten measured homes (tests/data/energy), hour by hour, each outlook made from the hours before it alone; the first 28 days and the last two are not scored.

        Pinball is the mean loss over the levels 0.1, 0.3, 0.5, 0.7 and 0.9, all that an outlook holds (P10, P50, P90, and its five paths, which hold these levels at every step), over all hours and
        homes. Skill is how much of the naive's loss is saved. The naive is the same hour one season ago with the quantiles of what that missed by, at that hour and the two beside it, in the
        last 28 days; like ours it is never negative, and PV never above 1.05 times the best of that hour in 30 days. Season: PV a day; load a week, which is the season of a household, and
        beside it, as `over_yesterday`, a day. The day is the stronger naive of these homes' load, so that the skill over it is lower. Coverage is the share of outcomes from P10 to P90;
        for PV in the hours of light alone, those with at least 5 % of the day's best in the last 30 days.

        What the forecaster is made of (ways, windows, rates) was chosen on these same homes and this window; there is no home it was not chosen on. Neighbouring choices of each
        rate differ by less than half a point.
        """;

    private static HomeResult Judge(SiteTrace trace)
    {
        var (load, pv) = (trace.LoadWatts.ToArray(), trace.PvWatts.ToArray());
        var (from, to) = Homes.Window(trace);
        var (judgedLoad, judgedPv) = (new Judged(load, isPv: false), new Judged(pv, isPv: true));
        var (early, scored) = ((Load: Scores.Fresh(), Pv: Scores.Fresh()), (Load: Scores.Fresh(), Pv: Scores.Fresh()));
        var past = Past.Empty(60, LocalClock.Utc); // the trace's own clock
        for (var now = 0; now < to; now++)
        {
            if (now > 0)
                past = past.After(trace.Start + TimeSpan.FromHours(now - 1), load[now - 1], pv[now - 1]);
            if (now < EarlyFrom)
                continue;
            var outlook = Forecaster.Look(past, trace.Start + TimeSpan.FromHours(now), Leads[^1]);
            for (var i = 0; i < Leads.Length; i++)
                if (now + Leads[i] - 1 is var hour && hour < to)
                {
                    var into = hour < from ? early : scored;
                    judgedLoad.Score(into.Load, i, (hour, now), [.. outlook.Scenarios.Select(path => path.Load[hour - now])]);
                    judgedPv.Score(into.Pv, i, (hour, now), [.. outlook.Scenarios.Select(path => path.Pv[hour - now])]);
                }
        }
        return new(scored.Load, scored.Pv, early.Load, early.Pv, ForecastWire.ToBytes(past).Length);
    }

    private sealed class Judged(double[] watts, bool isPv)
    {
        private readonly NaiveForecast day = new(watts, Day);
        private readonly NaiveForecast week = new(watts, Week);
        private readonly double[] naive = new double[ForecastScore.Levels.Length];

        public void Score(Scores into, int lead, (int Hour, int Now) at, double[] paths)
        {
            var (hour, now) = at;
            Array.Sort(paths); // at every step the paths hold the quantiles
            var best = isPv ? Best(hour) : double.PositiveInfinity;
            var judges = !isPv || best >= 0.05 * Enumerable.Range(hour / Day * Day, Day).Max(Best);
            into.Own[lead].Add(paths, watts[hour], judges);
            foreach (var (one, scores) in ((NaiveForecast, ForecastScore[])[])[(day, into.Day), (week, into.Week)])
            {
                one.Look(hour, now, 1.05 * best, (ForecastScore.Levels, naive));
                scores[lead].Add(naive, watts[hour], judges);
            }
        }

        /// <summary>Of that hour in the thirty days before.</summary>
        private double Best(int hour)
        {
            var best = 0.0;
            for (var at = hour - Day; at >= Math.Max(hour - (30 * Day), 0); at -= Day)
                best = Math.Max(best, watts[at]);
            return best;
        }
    }

    private static IEnumerable<Figure> Of(HomeResult[] homes)
    {
        foreach (var (name, of, targets) in new (string, Func<HomeResult, Scores>, double[])[] { ("load", home => home.Load, LoadSkill), ("pv", home => home.Pv, PvSkill) })
            for (var lead = 0; lead < Leads.Length; lead++)
            {
                var (own, day, week) = (Sum(homes, home => of(home).Own[lead]), Sum(homes, home => of(home).Day[lead]), Sum(homes, home => of(home).Week[lead]));
                var key = $"forecast.{name}_{Leads[lead]}h";
                var worst = homes.Min(home => Skill(of(home).Own[lead], (name == "load" ? of(home).Week : of(home).Day)[lead]));
                yield return new($"{key}.skill", Skill(own, name == "load" ? week : day), name == "load" ? "% over the hour a week ago" : "% over the hour a day ago", double.PositiveInfinity, targets[lead]);
                if (name == "load")
                    yield return Figure.Told($"{key}.over_yesterday", Skill(own, day), "% over the hour a day ago");
                yield return Figure.Told($"{key}.skill_worst_home", worst, "%");
                yield return new($"{key}.coverage", own.Coverage, "% within P10–P90", 83, 77);
                yield return Figure.Told($"{key}.pinball", own.Pinball, "W");
            }
        foreach (var (name, of) in new (string, Func<HomeResult, Scores>)[] { ("load", home => home.EarlyLoad), ("pv", home => home.EarlyPv) })
            for (var lead = 0; lead < Leads.Length; lead++)
            {
                var (own, day) = (Sum(homes, home => of(home).Own[lead]), Sum(homes, home => of(home).Day[lead]));
                yield return Figure.Told($"forecast.days_8_to_28.{name}_{Leads[lead]}h.skill", Skill(own, day), "% over the hour a day ago");
                yield return Figure.Told($"forecast.days_8_to_28.{name}_{Leads[lead]}h.coverage", own.Coverage, "% within P10–P90");
            }
        yield return Figure.Told("forecast.state", homes.Max(home => home.StateBytes) / 1_000.0, "kB at hourly steps");
    }

    private static ForecastScore Sum(HomeResult[] homes, Func<HomeResult, ForecastScore> of)
    {
        var sum = new ForecastScore();
        foreach (var home in homes)
            sum.Add(of(home));
        return sum;
    }

    private static double Skill(ForecastScore own, ForecastScore naive) => 100 * (1 - (own.Pinball / naive.Pinball));
}
