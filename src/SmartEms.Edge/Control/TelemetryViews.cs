using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge.Control;

/// <summary>A stored point; its values are in the unit.</summary>
internal sealed record TelemetryPointView(string Name, string Unit);

/// <summary>Every stored point.</summary>
internal sealed record TelemetryPointsView(TelemetryPointView[] Points);

/// <summary>A stretch that is missing: of which tier, how many samples (0 = not known), and why.</summary>
internal sealed record TelemetryGapView(DateTime From, DateTime To, string Tier, long Samples, string Why);

/// <summary>Everything known to be missing in a span.</summary>
internal sealed record TelemetryGapsView(DateTime From, DateTime To, TelemetryGapView[] Gaps);

/// <summary>One moment (the start of its stretch) and what each point said then, in the order of the points; null is unknown, never zero.</summary>
internal sealed record TelemetryRowView
{
    public required DateTime Time { get; init; }

    /// <summary>The mean; in raw the value read.</summary>
    public required double?[] Values { get; init; }

    /// <summary>These three are null in raw, where they would only repeat the value.</summary>
    public required double?[]? Min { get; init; }
    public required double?[]? Max { get; init; }
    public required double?[]? Last { get; init; }

    /// <summary>good, uncertain or bad: the worst among the samples; null where there was none.</summary>
    public required string?[] Quality { get; init; }

    /// <summary>How many samples; null in raw.</summary>
    public required int[]? Counts { get; init; }
}

/// <summary>Rows of stored telemetry. The span is the one asked for, widened to whole steps.</summary>
internal sealed record TelemetryView
{
    public required DateTime From { get; init; }
    public required DateTime To { get; init; }
    public required string Every { get; init; }
    public required TelemetryPointView[] Points { get; init; }
    public required TelemetryRowView[] Rows { get; init; }
    public required TelemetryGapView[] Gaps { get; init; }
}

/// <summary>How much of one point a tier keeps.</summary>
internal sealed record TelemetryTierView(string Tier, long Rows, long Samples, DateTime? First, DateTime? Last);

/// <summary>How much of one point is stored.</summary>
internal sealed record TelemetryPointStatsView(string Name, string Unit, TelemetryTierView[] Tiers);

/// <summary>Bytes on the disk for one kind of content.</summary>
internal sealed record TelemetrySizeView(string What, long Bytes);

/// <summary>What the store holds of telemetry; sizes are null where the store does not tell.</summary>
internal sealed record TelemetryStatsView(TelemetryPointStatsView[] Points, TelemetryTierView[] Tiers, TelemetrySizeView[]? Sizes, TelemetryGapView[] Gaps);

/// <summary>Makes the views of stored telemetry.</summary>
internal static class TelemetryViews
{
    /// <summary>More rows, or more values, than this are no answer but an export: one answer has to fit into a small box's memory.</summary>
    public const int MostRows = 10_000;
    public const int MostValues = 100_000;

    public static TelemetryPointView Of(TelemetryPoint point) => new(point.Name, point.Unit);

    public static TelemetryGapView Of(TelemetryGap gap) => new(Parts.Of(gap.From), Parts.Of(gap.To), Word(gap.Tier), gap.Samples, gap.Why);

    /// <summary>All rows of a query; null when there are too many.</summary>
    public static TelemetryView? Of(TelemetryQuery query, Core.ITelemetryReader reader, CancellationToken stop)
    {
        if (query.Points.Count > MostValues)
            return null;
        var most = Math.Min(MostRows, MostValues / Math.Max(1, query.Points.Count));
        var (rows, gaps) = (new List<TelemetryRowView>(), query.Gaps(reader));
        foreach (var row in query.Rows(reader, gaps))
        {
            stop.ThrowIfCancellationRequested();
            if (rows.Count == most)
                return null;
            rows.Add(Of(row, query.Step));
        }
        return new()
        {
            From = Parts.Of(query.From),
            To = Parts.Of(query.To),
            Every = query.Step.ToString(),
            Points = [.. query.Points.Select(Of)],
            Rows = [.. rows],
            Gaps = [.. gaps.Missing().Select(Of)],
        };
    }

    public static string Word(Trust trust) => trust switch { Trust.Good => "good", Trust.Uncertain => "uncertain", _ => "bad" };

    public static string Word(TelemetryTier tier) => Step.Of(tier).ToString();

    private static TelemetryRowView Of(WideRow row, Step step) => new()
    {
        Time = Parts.Of(row.At),
        Values = Array.ConvertAll(row.Cells, cell => Known(cell, cell.Mean)),
        Min = step.IsRaw ? null : Array.ConvertAll(row.Cells, cell => Known(cell, cell.Min)),
        Max = step.IsRaw ? null : Array.ConvertAll(row.Cells, cell => Known(cell, cell.Max)),
        Last = step.IsRaw ? null : Array.ConvertAll(row.Cells, cell => Known(cell, cell.Last)),
        Quality = Array.ConvertAll(row.Cells, cell => cell.Count == 0 ? null : Word(cell.Worst)),
        Counts = step.IsRaw ? null : Array.ConvertAll(row.Cells, cell => cell.Count),
    };

    private static double? Known(in TelemetryRow cell, double value) => Resampling.HasValue(cell) ? value : null;
}
