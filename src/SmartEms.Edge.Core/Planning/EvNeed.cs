using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Planning;

/// <summary>A car at the charger: what it still needs, how fast it may take it, and when it may leave.</summary>
/// <param name="NeededWh">Still to be charged, Wh at the grid's side.</param>
/// <param name="PowerMin">W; below it the charger can only be off.</param>
/// <param name="PowerMax">W.</param>
/// <param name="LeaveChance">For each step of the plan, the chance that a car still there leaves at the step's end, 0–1; beyond its end the last holds.</param>
public sealed record EvNeed(double NeededWh, double PowerMin, double PowerMax, ImmutableArray<double> LeaveChance)
{
    /// <summary>What a kWh that the car leaves without costs; null = <see cref="PlanWeights.Reliability"/>.</summary>
    public double? MissedPerKwh { get; init; }

    /// <summary>A departure that was told: it leaves at the end of that step.</summary>
    public static ImmutableArray<double> LeavesAfter(int step)
    {
        var chances = ImmutableArray.CreateBuilder<double>(step + 1);
        for (var t = 0; t <= step; t++)
            chances.Add(t == step ? 1 : 0);
        return chances.MoveToImmutable();
    }

    public double LeavesAt(int step) => LeaveChance.IsEmpty ? 0 : LeaveChance[Math.Min(step, LeaveChance.Length - 1)];
}
