using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Training;

namespace SmartEms.Edge.Bench;

/// <summary>The figures of the policy bench, each beside its target.</summary>
internal static class PolicyFigures
{
    private const double Never = double.PositiveInfinity;

    public static IEnumerable<Figure> Of(PolicyScores scores, (double Own, double Highs)[] bounds, int seeds)
    {
        foreach (var tariff in ChunkPool.Tariffs)
            foreach (var figure in OfTariff(scores.Of(one => one == tariff), tariff, seeds))
                yield return figure;
        var dynamic = scores.Of(one => one.StartsWith("de_", StringComparison.Ordinal));
        foreach (var figure in OfTariff(dynamic, "dynamic", seeds))
            yield return figure;
        var priced = scores.Of(one => one != "flat");
        for (var seed = 1; seed <= seeds; seed++)
            yield return Figure.Told($"policy.pooled_seed_{seed}_above_plan", Above(priced, seed), "points of R2");
        if (seeds > 0)
            yield return new("policy.pooled_above_plan", Mean(seeds, seed => Above(priced, seed)), "points of R2", Never, 0);
        var flat = scores.Of(one => one == "flat");
        string[] leaders = ["plan", "leader", .. Enumerable.Range(1, seeds).Select(seed => $"policy-{seed}")];
        yield return new("policy.flat_off_the_rule", leaders.Max(name => flat.GroupBy(week => week.Home).Max(home => Math.Abs(home.Sum(week => week.Costs[name] - week.Costs["rule"])))), "currency, worst home", 0.005);
        foreach (var name in leaders)
        {
            var (percent, where) = scores.WorstMonth(name, "rule");
            yield return new($"policy.worst_home_month_{name}", percent, $"% of the rule's bill ({where})", Never, -1);
            (percent, where) = scores.WorstMonth(name, "no-control");
            yield return Figure.Told($"policy.worst_home_month_{name}_of_no_control", percent, $"% of the bill without a battery ({where})");
        }
        yield return new("policy.perfect_foresight_off_highs", bounds.Max(one => 100 * Math.Abs((one.Own / one.Highs) - 1)), $"% at most, of {bounds.Length} homes and tariffs", 0.5);
    }

    private static IEnumerable<Figure> OfTariff(IReadOnlyList<ScoredWeek> weeks, string tariff, int seeds)
    {
        var (r1, r2) = tariff switch { "tou" => (96.0, 86.0), "dynamic" => (93.0, 60.0), _ => (double.NegativeInfinity, double.NegativeInfinity) };
        yield return Figure.Told($"policy.{tariff}_r1_rule", PolicyScores.Share(weeks, "rule", "no-control"), "%");
        yield return Figure.Told($"policy.{tariff}_r2_price_rule", PolicyScores.Share(weeks, "price-rule", "rule"), "%");
        yield return Figure.Told($"policy.{tariff}_r1_plan_deterministic", PolicyScores.Share(weeks, "plan-deterministic", "no-control"), "%");
        yield return Figure.Told($"policy.{tariff}_r2_plan_deterministic", PolicyScores.Share(weeks, "plan-deterministic", "rule"), "%");
        yield return new($"policy.{tariff}_r1_plan", PolicyScores.Share(weeks, "plan", "no-control"), "%", Never, r1);
        yield return new($"policy.{tariff}_r2_plan", PolicyScores.Share(weeks, "plan", "rule"), "%", Never, r2);
        yield return Figure.Told($"policy.{tariff}_r2_leader", PolicyScores.Share(weeks, "leader", "rule"), "%, where the rule leads after two weeks of a worse plan");
        var (low, high) = PolicyScores.Interval(weeks, drawn => PolicyScores.Share(drawn, "plan", "rule"));
        yield return Figure.Told($"policy.{tariff}_r2_plan_low", low, "%, 2.5th percentile over home-weeks");
        yield return Figure.Told($"policy.{tariff}_r2_plan_high", high, "%, 97.5th percentile over home-weeks");
        if (seeds == 0)
            yield break;
        yield return new($"policy.{tariff}_r1_policy", Mean(seeds, seed => PolicyScores.Share(weeks, $"policy-{seed}", "no-control")), "%, mean of the seeds", Never, r1);
        yield return new($"policy.{tariff}_r2_policy", Mean(seeds, seed => PolicyScores.Share(weeks, $"policy-{seed}", "rule")), "%, mean of the seeds", Never, r2);
        for (var seed = 1; seed <= seeds; seed++)
            yield return new($"policy.{tariff}_seed_{seed}_above_plan", Above(weeks, seed), "points of R2", Never, -0.3);
        (low, high) = PolicyScores.Interval(weeks, drawn => Mean(seeds, seed => Above(drawn, seed)));
        yield return Figure.Told($"policy.{tariff}_above_plan_low", low, "points of R2, 2.5th percentile over home-weeks");
        yield return Figure.Told($"policy.{tariff}_above_plan_high", high, "points of R2, 97.5th percentile over home-weeks");
    }

    public static string Words(PolicyFile? trained) => $"""
        Ten measured homes (hourly, 10 kWh / 5 kW battery, see tests/data/energy), forecasts made only from what lay before each hour. Scored are the test weeks, from
        which nothing is ever learnt. {Trained(trained)} R1 is the part of the saving between no
        battery and perfect foresight, R2 that between the rule of self-consumption and perfect foresight; `dynamic` pools the German price years 2020 to 2023. Energy in the
        battery at the begin and end of a week is valued at 0.8 × 0.95 × the mean import price. A home-month is four weeks, test weeks and others alike.

        ![R2 by tariff](policy.svg)
        """;

    private static string Trained(PolicyFile? one) => one is null
        ? "No policy was trained for this page: it judges the plan, which leads wherever the policy's network is zero, as the one that ships is (docs/decisions/planning.md)."
        : $"The policy that leads a home, {one.Network.Values.Length} weights, was trained without that home (five folds of two homes, three seeds).";

    private static double Above(IReadOnlyList<ScoredWeek> weeks, int seed) => PolicyScores.Share(weeks, $"policy-{seed}", "rule") - PolicyScores.Share(weeks, "plan", "rule");

    private static double Mean(int seeds, Func<int, double> figure) => Enumerable.Range(1, seeds).Average(figure);
}
