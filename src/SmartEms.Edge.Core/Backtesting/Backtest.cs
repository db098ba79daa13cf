using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>A trace lived through again under a controller, by the same account of modes that the planner uses.</summary>
public static class Backtest
{
    /// <param name="trace">What happened.</param>
    /// <param name="storage">The battery that was there, or is thought to have been.</param>
    /// <param name="span">Which steps, and the battery's energy at their begin, Wh.</param>
    /// <param name="controller">Who leads.</param>
    public static BacktestResult Run(BacktestTrace trace, Storage storage, BacktestSpan span, IController controller)
    {
        var reach = new Reach(storage, trace.Hours);
        var result = new BacktestResult(controller.Name, span, storage);
        var energy = span.EnergyWh;
        var (next, need) = (0, 0.0);
        EvSession? here = null;
        for (var t = span.First; t < span.End; t++)
        {
            if (here is { } left && left.Leaves <= t)
                (here, result.EvUnmetWh, need) = (null, result.EvUnmetWh + need, 0);
            while (next < trace.Sessions.Length && trace.Sessions[next].Arrives <= t)
            {
                var session = trace.Sessions[next++];
                if (session.Leaves > t)
                    (here, need) = (session, session.EnergyWh);
            }
            var (battery, ev) = controller.Decide(new(t, energy, need, here));
            var net = trace.Net(t);
            var charging = need > 0 && here is { } car
                ? ModeFlow.Ev(ev, net, new(need, car.PowerMin, car.PowerMax, []), need / trace.Hours, StepTerms.Free) : 0;
            var power = reach.Possible(energy, ModeFlow.Allowed(battery, net + charging, reach, StepTerms.Free));
            var flow = ModeFlow.Close(net + charging, power, charging, trace.Prices.Export[t], StepTerms.Free);
            (energy, need) = (reach.After(energy, power), Math.Max(0, need - (charging * trace.Hours)));
            result.Book(t - span.First, flow, Cost(trace, storage, t, flow), energy);
        }
        return result;
    }

    /// <summary>The bill of a step with the battery's wear, in the site's currency.</summary>
    public static double Cost(BacktestTrace trace, Storage storage, int step, in StepFlow flow) =>
        ((flow.Import * trace.Prices.Import[step]) - (flow.Export * trace.Prices.Export[step]) + (Math.Max(0, flow.Discharge) * storage.WearPerKwh)) * trace.Hours / 1000;
}

/// <summary>Which steps of a trace are lived through.</summary>
/// <param name="First">The first.</param>
/// <param name="End">The one after the last.</param>
/// <param name="EnergyWh">In the battery at the begin.</param>
public readonly record struct BacktestSpan(int First, int End, double EnergyWh)
{
    public int Steps => End - First;
}
