using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What the coming steps may bring: quantiles of load and production, and equiprobable paths of both together.</summary>
/// <param name="Start">Begin of the first step.</param>
/// <param name="StepMinutes">5–60, a divisor of 60.</param>
public sealed record Outlook(Instant Start, int StepMinutes, Quantiles Load, Quantiles Pv, ImmutableArray<Scenario> Scenarios)
{
    public int Steps => Load.P50.Length;
    public double StepHours => StepMinutes / 60.0;
}

/// <summary>W, mean of each step, never negative: a tenth of all outcomes lies below P10, a tenth above P90.</summary>
public sealed record Quantiles(ImmutableArray<double> P10, ImmutableArray<double> P50, ImmutableArray<double> P90);

/// <summary>One path of load and production, W, mean of each step.</summary>
public sealed record Scenario(ImmutableArray<double> Load, ImmutableArray<double> Pv);

/// <summary>Prices of the same steps: what a kWh costs and brings, in the site's currency, and how much carbon it carries.</summary>
/// <param name="Import">Per kWh; negative is possible.</param>
/// <param name="Export">Per kWh.</param>
/// <param name="KnownSteps">So many of the first steps are published; the rest is guessed.</param>
/// <param name="Carbon">kg CO₂ per kWh imported; empty = not known.</param>
public sealed record PriceOutlook(ImmutableArray<double> Import, ImmutableArray<double> Export, int KnownSteps, ImmutableArray<double> Carbon);
