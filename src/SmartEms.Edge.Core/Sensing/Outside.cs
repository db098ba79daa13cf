using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>Mean powers of a quarter-hour, W, never negative; NaN = not measured.</summary>
/// <param name="Load">Without batteries and chargers.</param>
/// <param name="Pv">What was produced; not measured where it was curtailed.</param>
public readonly record struct StepMeans(double Load, double Pv)
{
    /// <summary>What all chargers took, W; it is not part of the load.</summary>
    public double Ev { get; init; }
}

/// <summary>What is known at a quarter-hour beyond what devices say at that moment. It stands in the image, so that a replay knows it too; images between the
/// quarter-hours have none.</summary>
/// <param name="Clock">How local time is told.</param>
public sealed record Outside(LocalClock Clock)
{
    /// <summary>Of the quarter-hour that has just ended; null = too little of it was measured.</summary>
    public StepMeans? Measured { get; init; }

    /// <summary>Day-ahead prices per kWh, of this quarter-hour and those after it as far as they are published; empty = none are known.</summary>
    public ImmutableArray<double> Spot { get; init; } = [];

    /// <summary>W, the mean import of the quarter-hour that has just ended, what was exported meanwhile not taken off; null = too little of it was measured, or peaks are free here.</summary>
    public double? Imported { get; init; }

    /// <summary>What somebody else foretells, from this quarter-hour on; null = nobody does.</summary>
    public Foretold? Foretold { get; init; }
}
