using System.Collections.Immutable;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>The cars of a trace when nobody tells how long they stay: it is foretold from the stays before. What they want is the trace's to know.</summary>
public sealed class ForetoldCars(BacktestTrace trace)
{
    private (EvSession Session, ImmutableArray<EvStay> Before)? _last;

    public EvNeed? Of(BacktestMoment moment, PriceOutlook prices)
    {
        if (moment is not { Session: { } session, EvNeedWh: > 0 })
            return null;
        if (_last is not { } last || last.Session != session)
            _last = last = (session, Before(session));
        var stay = new StayQuestion(last.Before, trace.StartOf(session.Arrives), session.EnergyWh, trace.ClockAt(moment.Step));
        var outlook = EvForecast.Look(stay, trace.StartOf(moment.Step), (prices.Import.Length, trace.StepMinutes));
        return new(moment.EvNeedWh, session.PowerMin, session.PowerMax, outlook.LeaveChance) { MissedPerKwh = CarNeeds.Missed(prices) };
    }

    /// <summary>Sessions come in order and never two at once, so those before it have ended.</summary>
    private ImmutableArray<EvStay> Before(EvSession session)
    {
        var known = 0;
        while (known < trace.Sessions.Length && trace.Sessions[known].Leaves <= session.Arrives)
            known++;
        return [.. trace.Sessions[Math.Max(0, known - CarLog.StaysMost)..known].Select(one => new EvStay(trace.StartOf(one.Arrives), trace.StartOf(one.Leaves), one.EnergyWh))];
    }
}
