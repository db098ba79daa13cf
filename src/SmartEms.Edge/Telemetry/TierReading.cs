using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Telemetry;

/// <summary>Reads a point's rows from a tier and, after the tier's last row, from the finer ones: the stretch that still runs has not been rolled up yet.</summary>
internal static class TierReading
{
    public static IEnumerable<TelemetryRow> Rows(ITelemetryReader reader, int point, (TelemetryTier Tier, Instant From, Instant To) span)
    {
        var from = span.From;
        for (var tier = span.Tier; ; tier--)
        {
            var length = Step.Of(tier);
            foreach (var row in reader.Read(point, tier, from, span.To))
            {
                if (row.Count > 0)
                    yield return tier == TelemetryTier.Raw && row.Worst == Trust.Bad ? Unknown(row) : row;
                from = tier == TelemetryTier.Raw ? from : length.Floor(row.At) + TimeSpan.FromMilliseconds(length.Milliseconds);
            }
            if (tier == TelemetryTier.Raw)
                yield break;
        }
    }

    private static TelemetryRow Unknown(in TelemetryRow row) => row with { Min = double.NaN, Mean = double.NaN, Max = double.NaN, Last = double.NaN };
}
