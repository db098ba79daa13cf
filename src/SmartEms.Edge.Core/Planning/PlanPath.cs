using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Planning;

/// <summary>How it is expected to go on: the best modes along the mean of the scenarios.</summary>
internal static class PlanPath
{
    public static ImmutableArray<PlanStep> Follow(PlanQuestion question, Induction induction, int first)
    {
        var costs = new StepCosts(question);
        var (energy, need, peak) = (question.EnergyWh, question.Ev?.NeededWh ?? 0, question.PeakSoFar);
        var path = ImmutableArray.CreateBuilder<PlanStep>(question.Steps);
        for (var t = 0; t < question.Steps; t++)
        {
            var action = t == 0 ? first : induction.Best(t, energy, need, peak);
            var (mode, evMode, net, terms) = ((BatteryMode)(action % ModeFlow.BatteryModes), (EvMode)(action / ModeFlow.BatteryModes), costs.MeanNet(t), costs.Terms(t));
            var ev = need > 0 ? ModeFlow.Ev(evMode, net, question.Ev!, need / costs.Hours, terms) : 0;
            var power = costs.Reach.Possible(energy, ModeFlow.Allowed(mode, net + ev, costs.Reach, terms));
            var flow = ModeFlow.Close(net + ev, power, ev, costs.Prices(t).Export, terms);
            (energy, need, peak) = (costs.Reach.After(energy, power), need - (ev * costs.Hours), Math.Max(peak, flow.Import));
            path.Add(new(mode, evMode, flow, energy, need));
            if (question.Ev is { } car && car.LeavesAt(t) >= 0.5)
                need = 0;
        }
        return path.MoveToImmutable();
    }
}
