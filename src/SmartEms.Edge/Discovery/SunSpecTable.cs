using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Discovery;

/// <summary>The published SunSpec models the binary carries, read when first needed.</summary>
internal static class SunSpecTable
{
    private static readonly Lazy<SunSpecCatalogue> Read = new(() => SunSpecCatalogue.Parse(CarriedText.Of("sunspec/models.txt")!));

    public static SunSpecCatalogue Models => Read.Value;

    /// <summary>"103 Inverter (Three Phase)"; only the number for a model we do not carry.</summary>
    public static string TitleOf(ushort id) => Models.Find(id) is { } known ? $"{id} {known.Title}" : $"{id} (not a model we carry)";
}
