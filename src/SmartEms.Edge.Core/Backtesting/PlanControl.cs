using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What was known at the begin of a step: the forecast made from what lay before it, and the prices as they were published or guessed.</summary>
public interface IForesight
{
    Outlook Look(int step);
    PriceOutlook Prices(int step);
}

/// <summary>The planner in a backtest.</summary>
/// <param name="foresight">What was known.</param>
/// <param name="storage">The battery.</param>
/// <param name="isCertain">As if the middle of the forecast were certain.</param>
public sealed class PlanControl(IForesight foresight, Storage storage, bool isCertain = false) : IController
{
    public string Name => isCertain ? "plan-deterministic" : "plan";

    /// <summary>Last touch to each question.</summary>
    public Func<PlanQuestion, PlanQuestion> Adjust { get; init; } = question => question;

    public (BatteryMode Battery, EvMode Ev) Decide(BacktestMoment moment)
    {
        var question = new PlanQuestion(foresight.Look(moment.Step), foresight.Prices(moment.Step), storage, moment.EnergyWh) { Ev = Car(moment) };
        var plan = Planner.Make(Adjust(isCertain ? Planner.Certain(question) : question));
        return (plan.Battery, plan.Ev);
    }

    /// <summary>A car whose departure was told.</summary>
    private static EvNeed? Car(BacktestMoment moment) => moment is { Session: { } session, EvNeedWh: > 0 }
        ? new(moment.EvNeedWh, session.PowerMin, session.PowerMax, EvNeed.LeavesAfter(session.Leaves - moment.Step - 1)) : null;
}
