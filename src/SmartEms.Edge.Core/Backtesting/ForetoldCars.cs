using System.Collections.Immutable;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>The cars of a trace when nobody tells how long they stay: it is foretold from the stays before.</summary>
public sealed class ForetoldCars(BacktestTrace trace)
{
    public EvNeed? Of(BacktestMoment moment, PriceOutlook prices)
    {
        if (moment is not { Session: { } session, EvNeedWh: > 0 })
            return null;
        var before = ImmutableArray.CreateBuilder<EvStay>();
        foreach (var one in trace.Sessions)
            if (one.Leaves <= moment.Step)
                before.Add(new(trace.StartOf(one.Arrives), trace.StartOf(one.Leaves), one.EnergyWh));
        if (before.Count > CarLog.StaysMost)
            before.RemoveRange(0, before.Count - CarLog.StaysMost);
        var outlook = EvForecast.Look(before.ToImmutable(), trace.StartOf(session.Arrives), trace.StartOf(moment.Step), (prices.Import.Length, trace.StepMinutes), trace.ClockAt(moment.Step));
        return new(moment.EvNeedWh, session.PowerMin, session.PowerMax, outlook.LeaveChance) { MissedPerKwh = CarNeeds.Missed(prices) };
    }
}
