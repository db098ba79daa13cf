using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Planning;

/// <summary>What each charge of the battery leads to, worked out for one question; plans for any charge in the usable band are read off it.</summary>
public sealed class Valuation
{
    /// <summary>Costs nearer than this, in the site's currency, are the same: the grid of charges resolves no finer.</summary>
    public const double Hair = 1e-4;

    private readonly PlanQuestion _question;
    private readonly Induction _induction;

    internal Valuation(PlanQuestion question, Induction induction) => (_question, _induction) = (question, induction);

    public PlanQuestion Question => _question;

    /// <summary>The plan for a charge, Wh, without its path.</summary>
    public Plan At(double energy)
    {
        var grid = _induction.Grid;
        var spacing = grid.Length > 1 ? grid[1] - grid[0] : 0;
        var up = energy + spacing <= _question.Storage.CeilingWh ? spacing : -spacing;
        var costs = _induction.First([energy, energy + up]);
        var now = costs.AsSpan(0, _induction.Actions);
        var action = Choice(now, Hair);
        return new(Battery(action), Ev(action), now[action], up == 0 ? 0 : (Least(now) - Least(costs.AsSpan(_induction.Actions))) / up * 1000)
        {
            BatteryCosts = ByBattery(now),
            EvCosts = _induction.Actions > ModeFlow.BatteryModes ? ByEv(now) : [],
        };
    }

    /// <summary>Expected costs of the battery modes now for charges of an even grid from floor to ceiling: [charge × 7 + mode]. Only without a car.</summary>
    public double[] Costs() => _induction.First(_induction.Grid);

    /// <summary>The same plan with the way it is expected to go on: the best modes along the mean of the scenarios.</summary>
    public Plan Follow(Plan plan)
    {
        var costs = new StepCosts(_question);
        var (energy, need, peak) = (_question.EnergyWh, _question.Ev?.NeededWh ?? 0, _question.PeakSoFar);
        var path = ImmutableArray.CreateBuilder<PlanStep>(_question.Steps);
        for (var t = 0; t < _question.Steps; t++)
        {
            var action = _induction.Best(t, energy, need, peak);
            var (mode, evMode) = t == 0 ? (plan.Battery, plan.Ev) : (Battery(action), Ev(action));
            var (net, terms) = (costs.MeanNet(t), costs.Terms(t));
            var ev = need > 0 ? ModeFlow.Ev(evMode, net, _question.Ev!, need / costs.Hours, terms) : 0;
            var power = costs.Reach.Possible(energy, ModeFlow.Allowed(mode, net + ev, costs.Reach, terms));
            var flow = ModeFlow.Close(net + ev, power, ev, costs.Prices(t).Export, terms);
            (energy, need, peak) = (costs.Reach.After(energy, power), Math.Max(0, need - (ev * costs.Hours)), Math.Max(peak, flow.Import));
            path.Add(new(mode, evMode, flow, energy, need));
            if (_question.Ev is { } car && car.LeavesAt(t) >= 0.5)
                need = 0;
        }
        return plan with { Path = path.MoveToImmutable() };
    }

    private static BatteryMode Battery(int action) => (BatteryMode)(action % ModeFlow.BatteryModes);

    private static EvMode Ev(int action) => (EvMode)(action / ModeFlow.BatteryModes);

    /// <summary>The first of those that are as good as the best; the plainest stand first: cars charge soon, batteries self-consume.</summary>
    private static int Choice(ReadOnlySpan<double> costs, double hair)
    {
        var most = Least(costs) + hair;
        for (var v = (costs.Length / ModeFlow.BatteryModes) - 1; v >= 0; v--)
            for (var a = 0; a < ModeFlow.BatteryModes; a++)
                if (costs[(v * ModeFlow.BatteryModes) + a] <= most)
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
