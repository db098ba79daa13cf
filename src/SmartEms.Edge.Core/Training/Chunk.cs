using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Training;

/// <summary>Some weeks of one home under one tariff with one battery, ready to be lived through under any policy: load, production and prices do not depend on what the
/// battery does, so that each mode at each charge has an exact cost and an exact next charge.</summary>
public sealed class Chunk
{
    /// <summary>What a kWh left in the battery is worth, in mean import prices: discharging loses a twentieth, and no use is certain.</summary>
    public const double StoredShare = 0.8 * 0.95;

    internal const int Points = 21;
    internal const int Modes = ModeFlow.BatteryModes;

    private Chunk(string home, int steps)
    {
        (Home, Steps) = (home, steps);
        (World, Spreads, Losses) = (new float[steps * Features.Count], new float[steps], new float[steps * Points * Modes]);
        (Costs, Places, End) = (new float[steps * Points * Modes], new float[steps * Points * Modes], new float[Points]);
    }

    public string Home { get; }
    public int Steps { get; }

    /// <summary>Features but for those of the charge, step after step.</summary>
    internal float[] World { get; }
    internal float[] Spreads { get; }

    /// <summary>By step, charge and mode: what the plan thinks a mode loses, what it really costs in the same unit, and where on the grid of charges it leads.</summary>
    internal float[] Losses { get; }
    internal float[] Costs { get; }
    internal float[] Places { get; }

    /// <summary>What each charge is worth at the end, negative, in the unit of the costs.</summary>
    internal float[] End { get; }

    /// <param name="home">Whose weeks they are.</param>
    /// <param name="trace">Hour by hour.</param>
    /// <param name="plans">What was planned at each step, with the same battery.</param>
    /// <param name="what">The battery, the first step and how many.</param>
    public static Chunk Of(string home, BacktestTrace trace, PlanShelf plans, (Storage Storage, int First, int Steps) what)
    {
        var (storage, first, steps) = what;
        var (chunk, reach, unit) = (new Chunk(home, steps), new Reach(storage, trace.Hours), Unit(trace, storage, first, steps));
        for (var t = 0; t < steps; t++)
        {
            var valuation = plans.Of(new(first + t, storage.FloorWh, 0, null));
            Features.World(valuation.Question, trace.ClockAt(first + t), chunk.World.AsSpan(t * Features.Count, Features.Count));
            chunk.Spreads[t] = Features.Spread(valuation.Question);
            chunk.Weigh(t, valuation.Costs(), Features.Scale(valuation.Question));
            for (var s = 0; s < Points; s++)
                chunk.Live(trace, (first + t, t, s), (storage, reach), unit);
        }
        var stored = StoredShare * Mean(trace, first, steps) / 1000 * (storage.CeilingWh - storage.FloorWh) / unit;
        for (var s = 0; s < Points; s++)
            chunk.End[s] = (float)(-stored * s / (Points - 1));
        return chunk;
    }

    private void Weigh(int t, double[] costs, double scale)
    {
        for (var s = 0; s < Points; s++)
        {
            var row = costs.AsSpan(s * Modes, Modes);
            var least = double.PositiveInfinity;
            foreach (var cost in row)
                least = Math.Min(least, cost);
            for (var a = 0; a < Modes; a++)
                Losses[(((t * Points) + s) * Modes) + a] = Features.Loss(row[a], least, scale);
        }
    }

    private void Live(BacktestTrace trace, (int Step, int T, int S) at, (Storage Storage, Reach Reach) battery, double unit)
    {
        var (storage, reach) = battery;
        var band = storage.CeilingWh - storage.FloorWh;
        var energy = storage.FloorWh + (band * at.S / (Points - 1));
        for (var a = 0; a < Modes; a++)
        {
            var net = trace.Net(at.Step);
            var power = reach.Possible(energy, ModeFlow.Allowed((BatteryMode)a, net, reach, StepTerms.Free));
            var flow = ModeFlow.Close(net, power, 0, trace.Prices.Export[at.Step], StepTerms.Free);
            var index = (((at.T * Points) + at.S) * Modes) + a;
            Costs[index] = (float)(Backtest.Cost(trace, storage, at.Step, flow) / unit);
            Places[index] = (float)Math.Clamp((reach.After(energy, power) - storage.FloorWh) / band * (Points - 1), 0, Points - 1);
        }
    }

    /// <summary>As <see cref="Features.Scale"/>, of the whole chunk.</summary>
    private static double Unit(BacktestTrace trace, Storage storage, int first, int steps) => Math.Max(0.01, Mean(trace, first, steps)) * storage.CapacityWh / 10_000;

    private static double Mean(BacktestTrace trace, int first, int steps)
    {
        var sum = 0.0;
        for (var t = first; t < first + steps; t++)
            sum += trace.Prices.Import[t];
        return sum / steps;
    }
}
