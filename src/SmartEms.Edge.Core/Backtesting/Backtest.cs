using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>A trace lived through again under a controller, by the same account of modes that the planner uses.</summary>
public static class Backtest
{
    /// <param name="trace">What happened.</param>
    /// <param name="storage">The battery that was there, or is thought to have been.</param>
    /// <param name="span">Which steps, and the battery's energy at their begin, Wh.</param>
    /// <param name="controller">Who leads.</param>
    public static BacktestResult Run(BacktestTrace trace, Storage storage, BacktestSpan span, IController controller) => Run(trace, storage, span, [controller])[0];

    /// <summary>Several controllers live through it side by side, step by step, so that what they know need not be kept.</summary>
    public static IReadOnlyList<BacktestResult> Run(BacktestTrace trace, Storage storage, BacktestSpan span, IReadOnlyList<IController> controllers)
    {
        var houses = new House[controllers.Count];
        for (var i = 0; i < houses.Length; i++)
            houses[i] = new(trace, storage, span, controllers[i]);
        for (var t = span.First; t < span.End; t++)
            foreach (var house in houses)
                house.Step(t);
        return [.. houses.Select(house => house.Result)];
    }

    /// <summary>One battery and one charger under one controller.</summary>
    private sealed class House(BacktestTrace trace, Storage storage, BacktestSpan span, IController controller)
    {
        private readonly Reach reach = new(storage, trace.Hours);
        private double energy = span.EnergyWh, need;
        private int next;
        private EvSession? here;

        public BacktestResult Result { get; } = new(controller.Name, span, storage);

        public void Step(int t)
        {
            if (here is { } left && left.Leaves <= t)
                (here, Result.EvUnmetWh, need) = (null, Result.EvUnmetWh + need, 0);
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
            Result.Book(t - span.First, flow, Cost(trace, storage, t, flow), energy);
        }
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
