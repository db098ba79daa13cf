using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads what plans mind besides the bill, and where others foretell.</summary>
internal static class SitePlanning
{
    private const double KilogramsPerTonne = 1_000;

    private static readonly string[] Keys = ["carbon_price_per_t", "wear_factor", "reliability_per_kwh", "outlook"];
    private static readonly string[] OutlookKeys = ["file"];

    /// <param name="file">The whole file.</param>
    /// <param name="currency">The tariff's.</param>
    public static (PlanWeights Weights, string? OutlookFile) Read(NodeReader file, string currency)
    {
        var usual = PlanWeights.Usual;
        if (file.Map("planning", Keys) is not { } at)
            return (usual, null);
        var carbon = at.Number("carbon_price_per_t", new(0, 10_000, $"{currency}/t".TrimStart('/')));
        var outlook = at.Map("outlook", OutlookKeys)?.Text("file", required: true);
        if (carbon > 0 && !at.Has("outlook"))
            at.Note("carbon_price_per_t", ProblemCodes.Unused, "nothing tells how much carbon the grid's energy carries", "name a file with the column kg_co2_per_kwh: outlook: {file: …}");
        return (
            new(
                carbon / KilogramsPerTonne ?? usual.CarbonPrice,
                at.Number("wear_factor", new(0, 100)) ?? usual.Wear,
                at.Number("reliability_per_kwh", new(1, 1_000, $"{currency}/kWh".TrimStart('/')), remedy: "it must stand above every price, or plans break limits to save money") ?? usual.Reliability),
            outlook);
    }
}
