using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>The learned policy leads, upon the plan.</summary>
public sealed class PolicyControl(PlanShelf plans, NeuralPolicy policy, Func<int, LocalClock> clockAt) : IController
{
    public string Name { get; init; } = "policy";

    /// <summary>Steps in which the policy was a stranger and the plan led.</summary>
    public int Strange { get; private set; }

    public (BatteryMode Battery, EvMode Ev) Decide(BacktestMoment moment)
    {
        var valuation = plans.Of(moment);
        var choice = policy.Choose(valuation.Question, valuation.At(moment.EnergyWh), moment.EnergyWh, clockAt(moment.Step));
        Strange += choice.Strangers > NeuralPolicy.MostStrangers ? 1 : 0;
        return (choice.Battery, choice.Ev);
    }
}
