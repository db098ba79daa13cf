using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What a site measured, or would have: mean powers of even steps, and what energy cost then.</summary>
/// <param name="Start">Begin of the first step.</param>
/// <param name="StepMinutes">5–60.</param>
/// <param name="Load">W, the chargers' part left out.</param>
/// <param name="Pv">W.</param>
/// <param name="Prices">Of the same steps.</param>
public sealed record BacktestTrace(Instant Start, int StepMinutes, ImmutableArray<double> Load, ImmutableArray<double> Pv, BacktestPrices Prices)
{
    /// <summary>In order of arrival, never two at once.</summary>
    public ImmutableArray<EvSession> Sessions { get; init; } = [];

    /// <summary>For each step, whether it was not measured but filled in: no forecast learns from it; empty = all were.</summary>
    public ImmutableArray<bool> Filled { get; init; } = [];

    /// <summary>How local time is told at a step; null = the trace's own times are local.</summary>
    public Func<int, LocalClock>? Clock { get; init; }

    public Instant StartOf(int step) => Start + TimeSpan.FromMinutes((double)step * StepMinutes);

    public LocalClock ClockAt(int step) => Clock?.Invoke(step) ?? LocalClock.Utc;

    public int Steps => Load.Length;
    public double Hours => StepMinutes / 60.0;

    /// <summary>W; negative = surplus.</summary>
    public double Net(int step) => Load[step] - Pv[step];
}

/// <summary>What energy cost in each step of a trace, and when that became known.</summary>
/// <param name="Import">Per kWh.</param>
/// <param name="Export">Per kWh.</param>
/// <param name="KnownUntil">For each step, the first step whose price was not yet published then.</param>
public sealed record BacktestPrices(ImmutableArray<double> Import, ImmutableArray<double> Export, ImmutableArray<int> KnownUntil)
{
    /// <summary>kg CO₂ per kWh imported; empty = not known.</summary>
    public ImmutableArray<double> Carbon { get; init; } = [];
}

/// <summary>A car at the charger from the begin of a step to the begin of another.</summary>
public readonly record struct EvSession(int Arrives, int Leaves, double EnergyWh, double PowerMin, double PowerMax);
