using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Planning;

/// <summary>When work on the battery would cost least: the plan made again for each possible begin, with the battery at rest from then on for so long.</summary>
public static class MaintenanceOutlook
{
    /// <summary>What a window costs more than no work at all, for each begin from the first step on; in the site's currency, never negative.</summary>
    /// <param name="question">Its outlook should reach a week.</param>
    /// <param name="steps">Length of the window, 1 to the outlook's.</param>
    public static ImmutableArray<double> Costs(PlanQuestion question, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, question.Steps);
        var free = Planner.Value(question).At(question.EnergyWh).ExpectedCost;
        var costs = ImmutableArray.CreateBuilder<double>(question.Steps - steps + 1);
        for (var begin = 0; begin + steps <= question.Steps; begin++)
            costs.Add(Math.Max(0, Planner.Value(Resting(question, begin, steps)).At(question.EnergyWh).ExpectedCost - free));
        return costs.MoveToImmutable();
    }

    /// <summary>The begin that costs least; of equal ones the first.</summary>
    public static int Cheapest(ImmutableArray<double> costs)
    {
        var best = 0;
        for (var i = 1; i < costs.Length; i++)
            best = costs[i] < costs[best] - Valuation.Hair ? i : best;
        return best;
    }

    private static PlanQuestion Resting(PlanQuestion question, int begin, int steps)
    {
        var terms = ImmutableArray.CreateBuilder<StepTerms>(question.Steps);
        for (var t = 0; t < question.Steps; t++)
            terms.Add(t >= begin && t < begin + steps ? question.TermsAt(t) with { BatteryRests = true } : question.TermsAt(t));
        return question with { Terms = terms.MoveToImmutable() };
    }
}
