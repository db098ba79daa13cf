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
        private double sum;
        private double lost;
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
            Sum(row.Mean * row.Count);
            min = row.Min < min ? row.Min : min;
            max = row.Max > max ? row.Max : max;
            last = row.Last;
        }

        /// <summary>A mean lies between the extremes, whatever the rounding on the way; a sum beyond all numbers leaves their middle.</summary>
        public readonly TelemetryRow Row()
        {
            if (weight == 0)
                return new(At, double.NaN, double.NaN, double.NaN, double.NaN, worst, Count);
            var mean = Math.Round((sum + lost) / weight, 9); // what lies beyond is the rounding of roll-ups, not the meter's
            return new(At, min, double.IsFinite(mean) ? Math.Clamp(mean, min, max) : (min / 2) + (max / 2), max, last, worst, Count);
        }

        /// <summary>Adds and keeps what the addition rounded away (Neumaier 1974), so that the order and the number of rows do not show in the mean.</summary>
        private void Sum(double value)
        {
            var next = sum + value;
            lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }
    }
}
