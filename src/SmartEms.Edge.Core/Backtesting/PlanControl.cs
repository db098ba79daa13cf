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

/// <summary>The plans of a backtest. Without a car they do not depend on who leads, so that several controllers of one trace can share them.</summary>
/// <param name="foresight">What was known.</param>
/// <param name="storage">The battery.</param>
public sealed class PlanShelf(IForesight foresight, Storage storage)
{
    private readonly Dictionary<int, Valuation> _kept = [];
    private (int Step, Valuation? Valuation) _last = (-1, null);

    /// <summary>As if the middle of the forecast were certain.</summary>
    public bool IsCertain { get; init; }

    /// <summary>What this site asks beside the bill: weights, limits, a price of peaks.</summary>
    public Func<PlanQuestion, PlanQuestion> Adjust { get; init; } = question => question;

    /// <summary>When cars leave is foretold; null = it was told.</summary>
    public ForetoldCars? Cars { get; init; }

    /// <summary>Keeps each step's plan for the next who asks; about 10 kB each.</summary>
    public bool Keeps { get; init; }

    public Valuation Of(BacktestMoment moment)
    {
        if (_last is { Valuation: { } last } && _last.Step == moment.Step && moment.EvNeedWh <= 0)
            return last;
        if (_kept.TryGetValue(moment.Step, out var kept) && moment.EvNeedWh <= 0)
            return kept;
        var prices = foresight.Prices(moment.Step);
        var question = Adjust(new(foresight.Look(moment.Step), prices, storage, moment.EnergyWh) { Ev = Cars is null ? Told(moment) : Cars.Of(moment, prices) });
        var valuation = Planner.Value(IsCertain ? Planner.Certain(question) : question);
        if (moment.EvNeedWh <= 0)
            _last = (moment.Step, valuation);
        if (Keeps && moment.EvNeedWh <= 0)
            _kept[moment.Step] = valuation;
        return valuation;
    }

    /// <summary>A car whose departure was told.</summary>
    private static EvNeed? Told(BacktestMoment moment) => moment is { Session: { } session, EvNeedWh: > 0 }
        ? new(moment.EvNeedWh, session.PowerMin, session.PowerMax, EvNeed.LeavesAfter(session.Leaves - moment.Step - 1)) : null;
}

/// <summary>The planner leads.</summary>
public sealed class PlanControl(PlanShelf plans) : IController
{
    public string Name => plans.IsCertain ? "plan-deterministic" : "plan";

    public (BatteryMode Battery, EvMode Ev) Decide(BacktestMoment moment)
    {
        var plan = plans.Of(moment).At(moment.EnergyWh);
        return (plan.Battery, plan.Ev);
    }
}
