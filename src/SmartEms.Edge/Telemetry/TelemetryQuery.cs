using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Telemetry;

/// <summary>What is asked of the stored telemetry: which points, from when to when, how far apart. With a step the span is widened to whole steps.</summary>
internal sealed record TelemetryQuery
{
    public TelemetryQuery(IReadOnlyList<TelemetryPoint> points, Instant from, Instant to, Step step)
    {
        (Points, Step) = (points, step);
        (From, To) = (step.Floor(from), step.Ceiling(to));
        Headings = HeadingsOf(points);
    }

    public IReadOnlyList<TelemetryPoint> Points { get; }

    /// <summary>The name of each point; with its unit where two points share a name.</summary>
    public string[] Headings { get; }
    public Instant From { get; }
    public Instant To { get; }
    public Step Step { get; }

    /// <summary>More rows than this the query cannot give; null when only the store knows.</summary>
    public long? MostRows => Step.IsRaw ? null : (To.UnixMilliseconds - From.UnixMilliseconds) / Step.Milliseconds;

    /// <summary>The rows in time order, streamed; a row is overwritten by the next. A <paramref name="gaps"/> that is given watches what comes by.</summary>
    public IEnumerable<WideRow> Rows(ITelemetryReader reader, GapWatch? gaps = null)
    {
        var columns = new IEnumerable<TelemetryRow>[Points.Count];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = Resampling.Every(TierReading.Rows(reader, Points[i].Number, (Step.Tier, From, To)), Step);
        foreach (var row in SideBySide.Join(columns))
        {
            gaps?.Saw(row.At);
            yield return row;
        }
    }

    /// <summary>A watch over the gaps the store knows of in this span.</summary>
    public GapWatch Gaps(ITelemetryReader reader) => new(reader.Gaps(From, To), Step);

    private static string[] HeadingsOf(IReadOnlyList<TelemetryPoint> points)
    {
        var headings = new string[points.Count];
        for (var i = 0; i < headings.Length; i++)
            headings[i] = points.Any(other => other.Name == points[i].Name && other.Number != points[i].Number) ? $"{points[i].Name} [{points[i].Unit}]" : points[i].Name;
        return headings;
    }
}
