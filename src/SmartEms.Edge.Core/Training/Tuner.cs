using System.Collections.Immutable;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Training;

/// <summary>How a policy is fitted to one site's own past.</summary>
/// <param name="Rounds">Steps of Adam.</param>
/// <param name="Rate">The first step's length.</param>
public sealed record TuningPlan(int Rounds = 100, float Rate = 7e-4f)
{
    /// <summary>Days at the begin that only the forecasts learn from.</summary>
    public int WarmUpDays { get; init; } = 28;

    /// <summary>So many weeks must be left to judge by.</summary>
    public int LeastJudged { get; init; } = 3;

    /// <summary>As <see cref="TrainingPlan.Each"/>.</summary>
    public Action<int, Action<int>> Each { get; init; } = TrainingPlan.InTurn;

    /// <summary>Days a trace must have at least.</summary>
    public int LeastDays => WarmUpDays + (LeastJudged * Tuner.Every * 7);
}

/// <summary>A week from which nothing was learnt: what each would have paid, in the site's currency, energy left in the battery credited.</summary>
public readonly record struct JudgedWeek(Instant From, double Plan, double Before, double After);

/// <summary>A policy fitted to a site, and what it was worth in the weeks held back.</summary>
public sealed record Tuning(PolicyFile Policy, ImmutableArray<JudgedWeek> Weeks)
{
    /// <summary>All held-back weeks together are cheaper than under the policy before and than under the plan, and more of them are cheaper than dearer.</summary>
    public bool IsBetter => Won(week => week.Before) && Won(week => week.Plan);

    private bool Won(Func<JudgedWeek, double> other)
    {
        var (sum, balance) = (0.0, 0);
        foreach (var week in Weeks)
        {
            var saved = other(week) - week.After;
            sum += saved;
            balance += saved > Valuation.Hair ? 1 : saved < -Valuation.Hair ? -1 : 0;
        }
        return sum > Valuation.Hair && balance > 0;
    }
}

/// <summary>Fits the last layers of a policy to a site's own trace: three weeks are learnt from, the fourth is held back to judge by, and so on.</summary>
public static class Tuner
{
    /// <summary>One week of so many is held back, the last of them.</summary>
    public const int Every = 4;

    private const int StepsPerWeek = 7 * 24;
    private const int Batch = 6;

    /// <summary>As the planner looks ahead.</summary>
    private const int AheadHours = 36;

    /// <param name="trace">What was lived through, hour by hour, from the begin of a day; <see cref="ArgumentException"/> when its steps are others or its days fewer than <see cref="TuningPlan.LeastDays"/>.</param>
    /// <param name="storage">The battery.</param>
    /// <param name="from">The policy in force.</param>
    /// <param name="plan">How.</param>
    public static Tuning Run(BacktestTrace trace, Storage storage, PolicyFile from, TuningPlan plan)
    {
        if (trace.StepMinutes != 60 || trace.Steps < plan.LeastDays * 24)
            throw new ArgumentException($"{plan.LeastDays} days of hours are needed to learn from", nameof(trace));
        var first = plan.WarmUpDays * 24;
        var chunks = ImmutableArray.CreateBuilder<Chunk>();
        var looks = new TraceLooks(trace, AheadHours) { ForgetsAll = true };
        var shelf = new PlanShelf(new TraceForesight(trace, looks), storage);
        var weeks = (trace.Steps - first) / StepsPerWeek;
        for (var week = 0; week + Every <= weeks; week += Every)
            chunks.Add(Chunk.Of("", trace, shelf, (storage, first + (week * StepsPerWeek), (Every - 1) * StepsPerWeek)));
        var tuned = Trainer.Train(chunks.ToImmutable(), new(1, plan.Rounds, Batch, plan.Rate) { From = from, LastLayersOnly = true, Each = plan.Each });
        return new(tuned, Judge(trace, storage, (first, first + (weeks * StepsPerWeek)), (from, tuned)));
    }

    /// <summary>A year of hours is lived through by all three, side by side; only the weeks held back count.</summary>
    private static ImmutableArray<JudgedWeek> Judge(BacktestTrace trace, Storage storage, (int First, int End) span, (PolicyFile Before, PolicyFile After) policies)
    {
        var shelf = new PlanShelf(new TraceForesight(trace, new(trace, AheadHours) { ForgetsAll = true }), storage);
        var results = Backtest.Run(trace, storage, new(span.First, span.End, (storage.FloorWh + storage.CeilingWh) / 2),
            [new PlanControl(shelf), new PolicyControl(shelf, new(policies.Before), trace.ClockAt), new PolicyControl(shelf, new(policies.After), trace.ClockAt)]);
        var mean = 0.0;
        for (var t = span.First; t < span.End; t++)
            mean += trace.Prices.Import[t] / (span.End - span.First);
        var stored = Chunk.StoredShare * mean;
        var judged = ImmutableArray.CreateBuilder<JudgedWeek>();
        for (var from = (Every - 1) * StepsPerWeek; from + StepsPerWeek <= span.End - span.First; from += Every * StepsPerWeek)
            judged.Add(new(trace.StartOf(span.First + from), results[0].Part(from, from + StepsPerWeek, stored), results[1].Part(from, from + StepsPerWeek, stored), results[2].Part(from, from + StepsPerWeek, stored)));
        return judged.ToImmutable();
    }
}
