namespace SmartEms.Edge.Core.Describing;

/// <summary>What plans mind besides the bill.</summary>
/// <param name="CarbonPrice">α: per kg CO₂ imported, in the site's currency.</param>
/// <param name="Wear">β: times the battery's own wear price.</param>
/// <param name="Reliability">γ: per kWh a car leaves without, a reserve lacks for an hour, or a limit is broken by.</param>
public readonly record struct PlanWeights(double CarbonPrice, double Wear, double Reliability)
{
    public static PlanWeights Usual { get; } = new(0, 1, 10);
}
