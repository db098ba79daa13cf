using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Telemetry;

/// <summary>Puts rows together over stretches of the UTC grid: the mean weighted by count, the extremes, the last value, the worst trust.</summary>
internal static class Resampling
{
    /// <summary>Whether a row says a value at all: one read Bad says none, and a rolled-up row without any good sample is not a number.</summary>
    public static bool HasValue(in TelemetryRow row) => row.Count > 0 && double.IsFinite(row.Mean);

    /// <summary>The rows over each stretch that holds any, oldest first; raw gives them as they are. Rows come in time order. A stretch
    /// without a value has NaN for its four values and still its count and trust: unknown is not zero.</summary>
    public static IEnumerable<TelemetryRow> Every(IEnumerable<TelemetryRow> rows, Step step)
    {
        if (step.IsRaw)
        {
            foreach (var row in rows)
                yield return row;
            yield break;
        }
        var stretch = new Stretch();
        foreach (var row in rows)
        {
            var start = step.Floor(row.At);
            if (stretch.Count > 0 && start != stretch.At)
            {
                yield return stretch.Row();
                stretch = new();
            }
            stretch.Add(start, row);
        }
        if (stretch.Count > 0)
            yield return stretch.Row();
    }

    /// <summary>What has been seen of one stretch.</summary>
    private struct Stretch()
    {
        private double min = double.PositiveInfinity;
        private double max = double.NegativeInfinity;
        private double mean;
        private double last = double.NaN;
        private long weight;
        private Trust worst = Trust.Good;

        public Instant At { get; private set; }
        public int Count { get; private set; }

        public void Add(Instant start, in TelemetryRow row)
        {
            At = start;
            Count += row.Count;
            worst = row.Worst < worst ? row.Worst : worst;
            if (!HasValue(row))
                return;
            weight += row.Count;
            mean += (row.Mean - mean) * row.Count / weight; // in this form a sum of large values cannot overflow
            min = row.Min < min ? row.Min : min;
            max = row.Max > max ? row.Max : max;
            last = row.Last;
        }

        /// <summary>A mean of equal values is that value, whatever the rounding on the way.</summary>
        public readonly TelemetryRow Row() => weight == 0
            ? new(At, double.NaN, double.NaN, double.NaN, double.NaN, worst, Count)
            : new(At, min, Math.Clamp(mean, min, max), max, last, worst, Count);
    }
}
