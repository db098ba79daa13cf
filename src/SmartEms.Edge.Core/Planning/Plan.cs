using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Planning;

/// <summary>What to do now, what every alternative would cost, and how it is expected to go on.</summary>
/// <param name="Battery">The mode for this step.</param>
/// <param name="Ev">The charger's mode for this step.</param>
/// <param name="ExpectedCost">From now to the plan's end, energy left in the battery credited, in the site's currency.</param>
/// <param name="WaterValue">What one more kWh in the battery is worth now.</param>
public sealed record Plan(BatteryMode Battery, EvMode Ev, double ExpectedCost, double WaterValue)
{
    /// <summary>Expected cost for each battery mode now, the best charger mode beside it, and the best of everything afterwards.</summary>
    public ImmutableArray<double> BatteryCosts { get; init; } = [];

    /// <summary>Expected cost for each charger mode now, the best battery mode beside it; empty without a car.</summary>
    public ImmutableArray<double> EvCosts { get; init; } = [];

    /// <summary>The way through the mean of the scenarios, one entry a step.</summary>
    public ImmutableArray<PlanStep> Path { get; init; } = [];

    /// <summary>What it costs to take another mode now and plan on from there; never negative but for a hair.</summary>
    public double Regret(BatteryMode mode) => BatteryCosts[(int)mode] - ExpectedCost;

    public double Regret(EvMode mode) => EvCosts.IsEmpty ? 0 : EvCosts[(int)mode] - ExpectedCost;
}

/// <summary>One step of the expected way.</summary>
/// <param name="EnergyWh">In the battery at the step's end.</param>
/// <param name="EvNeedWh">What the car still needs at the step's end.</param>
public readonly record struct PlanStep(BatteryMode Battery, EvMode Ev, StepFlow Flow, double EnergyWh, double EvNeedWh);
