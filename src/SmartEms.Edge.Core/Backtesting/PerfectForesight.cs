using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>The least any controller could have paid, knowing everything: the exact optimum over free powers, not modes. The cost to go is convex and
/// piecewise linear in the stored energy, so each step backwards is a merge of two lists of slopes (an infimal convolution). No car.</summary>
public static class PerfectForesight
{
    /// <param name="trace">What happened.</param>
    /// <param name="storage">The battery.</param>
    /// <param name="span">Which steps, and the energy at their begin.</param>
    /// <param name="storedPerKwh">What a kWh left in the battery at the end is worth.</param>
    public static BacktestResult Run(BacktestTrace trace, Storage storage, BacktestSpan span, double storedPerKwh)
    {
        var toGo = new Slopes[span.Steps + 1];
        var (floor, ceiling) = (storage.FloorWh, storage.CeilingWh);
        var start = Math.Min(Math.Max(span.EnergyWh, floor), ceiling);
        toGo[^1] = Slopes.From(floor, [(ceiling - floor, -storedPerKwh / 1000)]);
        for (var i = span.Steps - 1; i >= 0; i--)
            toGo[i] = toGo[i + 1].With(Stage(trace, storage, span.First + i)).Cut(floor, ceiling);

        var result = new BacktestResult("perfect-foresight", span, storage);
        var energy = start;
        for (var i = 0; i < span.Steps; i++)
        {
            var t = span.First + i;
            var given = toGo[i + 1].Best(Stage(trace, storage, t), energy);
            var power = (given >= 0 ? given * storage.DischargeEfficiency : given / storage.ChargeEfficiency) / trace.Hours;
            var flow = ModeFlow.Close(trace.Net(t), power, 0, trace.Prices.Export[t], StepTerms.Free);
            energy = Math.Min(Math.Max(energy - given, floor), ceiling);
            result.Book(i, flow, Backtest.Cost(trace, storage, t, flow), energy);
        }
        return result;
    }

    /// <summary>A step's cost over the energy given by the battery, Wh, negative = taken. The battery never exports.</summary>
    private static Slopes Stage(BacktestTrace trace, Storage storage, int t)
    {
        var (net, import, export) = (trace.Net(t), trace.Prices.Import[t] / 1000, trace.Prices.Export[t] / 1000);
        var (charge, discharge) = (storage.ChargeMax * trace.Hours, storage.DischargeMax * trace.Hours);
        var (spare, lack) = (Math.Min(charge, Math.Max(0, -net * trace.Hours)), Math.Min(discharge, Math.Max(0, net * trace.Hours)));
        var (inside, outside) = (storage.ChargeEfficiency, storage.DischargeEfficiency);
        return Slopes.From(-charge * inside,
        [
            ((charge - spare) * inside, -import / inside),
            (spare * inside, -export / inside),
            (lack / outside, ((storage.WearPerKwh / 1000) - import) * outside),
        ]);
    }
}
