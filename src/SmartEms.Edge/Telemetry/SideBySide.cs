using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Telemetry;

/// <summary>One moment and what every point said then; a cell with count 0 said nothing.</summary>
internal sealed class WideRow(int columns)
{
    public Instant At { get; set; }
    public TelemetryRow[] Cells { get; } = new TelemetryRow[columns];

    /// <summary>The worst trust of the points that said something.</summary>
    public Trust Worst
    {
        get
        {
            var worst = Trust.Good;
            foreach (ref readonly var cell in Cells.AsSpan())
                if (cell.Count > 0 && cell.Worst < worst)
                    worst = cell.Worst;
            return worst;
        }
    }
}

/// <summary>Lays the rows of several points side by side, holding one row of each at a time.</summary>
internal static class SideBySide
{
    /// <summary>One row per moment at which any point says something, oldest first; the same object every time. Each point's rows come in time order.</summary>
    public static IEnumerable<WideRow> Join(IReadOnlyList<IEnumerable<TelemetryRow>> points)
    {
        var heads = new IEnumerator<TelemetryRow>?[points.Count];
        try
        {
            for (var i = 0; i < heads.Length; i++)
            {
                heads[i] = points[i].GetEnumerator();
                Advance(ref heads[i]);
            }
            var row = new WideRow(points.Count);
            while (Earliest(heads) is { } at)
            {
                row.At = at;
                for (var i = 0; i < heads.Length; i++)
                {
                    row.Cells[i] = default;
                    if (heads[i] is not { } head || head.Current.At != at)
                        continue;
                    row.Cells[i] = head.Current;
                    Advance(ref heads[i]);
                }
                yield return row;
            }
        }
        finally
        {
            foreach (var head in heads)
                head?.Dispose();
        }
    }

    private static void Advance(ref IEnumerator<TelemetryRow>? head)
    {
        if (head is null || head.MoveNext())
            return;
        head.Dispose();
        head = null;
    }

    private static Instant? Earliest(IEnumerator<TelemetryRow>?[] heads)
    {
        Instant? earliest = null;
        foreach (var head in heads)
            if (head is not null && !(head.Current.At >= earliest))
                earliest = head.Current.At;
        return earliest;
    }
}
