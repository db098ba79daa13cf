using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What a controller made of a trace, step by step.</summary>
public sealed class BacktestResult(string name, BacktestSpan span, Storage storage)
{
    private readonly StepFlow[] _flows = new StepFlow[span.Steps];
    private readonly double[] _costs = new double[span.Steps];
    private readonly double[] _energies = new double[span.Steps];

    public string Name => name;
    public BacktestSpan Span => span;

    /// <summary>Mean powers of each step.</summary>
    public ReadOnlySpan<StepFlow> Flows => _flows;

    /// <summary>In the site's currency.</summary>
    public ReadOnlySpan<double> Costs => _costs;

    /// <summary>In the battery at each step's end, Wh.</summary>
    public ReadOnlySpan<double> Energies => _energies;

    /// <summary>What cars left without, Wh.</summary>
    public double EvUnmetWh { get; internal set; }

    /// <summary>The bill of all steps; what the battery holds more or less than at the begin is credited or debited at a value per kWh.</summary>
    public double Total(double storedPerKwh) => Part(0, span.Steps, storedPerKwh);

    /// <summary>The bill of some of the steps (counted from the span's first); what the battery holds more or less at their end than at their begin is credited or debited.</summary>
    public double Part(int from, int end, double storedPerKwh)
    {
        var sum = 0.0;
        for (var i = from; i < end; i++)
            sum += _costs[i];
        return sum - (storedPerKwh * (_energies[end - 1] - (from == 0 ? span.EnergyWh : _energies[from - 1])) / 1000);
    }

    /// <summary>Full discharges of the whole capacity.</summary>
    public double Cycles(double hours)
    {
        var sum = 0.0;
        foreach (var flow in _flows)
            sum += Math.Max(0, flow.Discharge);
        return storage.CapacityWh > 0 ? sum * hours / storage.DischargeEfficiency / storage.CapacityWh : 0;
    }

    /// <summary>The highest import, W.</summary>
    public double Peak()
    {
        var peak = 0.0;
        foreach (var flow in _flows)
            peak = Math.Max(peak, flow.Import);
        return peak;
    }

    internal void Book(int index, in StepFlow flow, double cost, double energy) => (_flows[index], _costs[index], _energies[index]) = (flow, cost, energy);
}
