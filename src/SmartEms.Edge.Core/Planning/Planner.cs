using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;

namespace SmartEms.Edge.Core.Planning;

/// <summary>Makes the plan: the mode whose expected cost is least over all scenarios, and what the others would cost.</summary>
public static class Planner
{
    /// <summary>Costs nearer than this part of an hour at the mean price and full power are the same: the grid of charges resolves no finer.</summary>
    private const double Hair = 1e-4;

    public static Plan Make(PlanQuestion question)
    {
        var induction = new Induction(question);
        var spacing = induction.Grid.Length > 1 ? induction.Grid[1] - induction.Grid[0] : 0;
        var up = question.EnergyWh + spacing <= question.Storage.CeilingWh ? spacing : -spacing;
        var costs = induction.First([question.EnergyWh, question.EnergyWh + up]);
        var now = costs.AsSpan(0, induction.Actions);
        var beside = costs.AsSpan(induction.Actions);
        var action = Choice(now, Hair);
        var plan = new Plan((BatteryMode)(action % ModeFlow.BatteryModes), (EvMode)(action / ModeFlow.BatteryModes), now[action],
            up == 0 ? 0 : (Least(now) - Least(beside)) / up * 1000)
        {
            BatteryCosts = ByBattery(now),
            EvCosts = induction.Actions > ModeFlow.BatteryModes ? ByEv(now) : [],
        };
        return plan with { Path = PlanPath.Follow(question, induction, action) };
    }

    /// <summary>The same as if the middle of the forecast were certain.</summary>
    public static PlanQuestion Certain(PlanQuestion question) => question with
    {
        Outlook = question.Outlook with { Scenarios = [new Scenario(question.Outlook.Load.P50, question.Outlook.Pv.P50)] },
    };

    /// <summary>Expected costs of the seven battery modes in the first step for each charge of an even grid over the usable band: [charge × 7 + mode]. No car.</summary>
    public static double[] Costs(PlanQuestion question)
    {
        var induction = new Induction(question);
        return induction.First(induction.Grid);
    }

    /// <summary>The first of those that are as good as the best; the plainest stand first: cars charge soon, batteries self-consume.</summary>
    internal static int Choice(ReadOnlySpan<double> costs, double hair)
    {
        var least = Least(costs) + hair;
        for (var v = (costs.Length / ModeFlow.BatteryModes) - 1; v >= 0; v--)
            for (var a = 0; a < ModeFlow.BatteryModes; a++)
                if (costs[(v * ModeFlow.BatteryModes) + a] <= least)
                    return (v * ModeFlow.BatteryModes) + a;
        return 0;
    }

    private static double Least(ReadOnlySpan<double> costs)
    {
        var least = costs[0];
        foreach (var cost in costs)
            least = Math.Min(least, cost);
        return least;
    }

    private static ImmutableArray<double> ByBattery(ReadOnlySpan<double> costs)
    {
        var least = new double[ModeFlow.BatteryModes];
        Array.Fill(least, double.PositiveInfinity);
        for (var action = 0; action < costs.Length; action++)
            least[action % ModeFlow.BatteryModes] = Math.Min(least[action % ModeFlow.BatteryModes], costs[action]);
        return ImmutableArray.Create(least);
    }

    private static ImmutableArray<double> ByEv(ReadOnlySpan<double> costs)
    {
        var least = new double[ModeFlow.EvModes];
        for (var v = 0; v < least.Length; v++)
            least[v] = Least(costs.Slice(v * ModeFlow.BatteryModes, ModeFlow.BatteryModes));
        return ImmutableArray.Create(least);
    }
}
