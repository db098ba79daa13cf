using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>Whoever was best of rule, plan and policy in the days before leads, as on the box.</summary>
public sealed class ContestControl(PlanShelf plans, Func<Valuation, double, int, BatteryMode> policy, BacktestTrace trace, Storage storage) : IController
{
    private Contest? contest;
    private int last;

    public string Name => "leader";

    public (BatteryMode Battery, EvMode Ev) Decide(BacktestMoment moment)
    {
        var day = trace.ClockAt(moment.Step).DayOf(trace.StartOf(moment.Step));
        var now = contest ?? Contest.Begin(day, moment.EnergyWh);
        if (contest is not null)
            now = now.Book(new(trace.Net(last), trace.Prices.Import[last], trace.Prices.Export[last], trace.Hours, false), storage);
        now = now.Turn(day, storage);
        var valuation = plans.Of(moment);
        var (plan, ev) = (valuation.At(moment.EnergyWh), EvMode.Full);
        var led = now.Leader switch
        {
            Candidate.Rule => BatteryMode.SelfConsume,
            Candidate.Plan => plan.Battery,
            _ => policy(valuation, moment.EnergyWh, moment.Step),
        };
        if (moment.EvNeedWh > 0)
            ev = plan.Ev;
        contest = now.Choose(valuation.At(now.Of(Candidate.Plan).EnergyWh).Battery, policy(valuation, now.Of(Candidate.Policy).EnergyWh, moment.Step), led);
        last = moment.Step;
        return (led, ev);
    }
}
