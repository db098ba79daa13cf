namespace SmartEms.Edge.Core.Forecasting;

/// <summary>The days before whose last hours were most like the last hours now: how they went on is how this may go on.</summary>
/// <param name="Back">How many steps back they lie, the nearest first.</param>
internal sealed record Analogs(int[] Back)
{
    /// <summary>One way to compare: the hours looked at, what an hour counts of the hour after it, what the other series counts, and what another type of day costs.</summary>
    private readonly record struct Measure(int Hours, double PerHour, double Other, double OtherType, int Nearest);

    private static readonly Measure Day = new(24, 0.93, 0.3, 0.2, 15);
    private static readonly Measure HalfDay = new(12, 0.8, 1, 0.2, 12);

    /// <summary>So many days are ranked at most.</summary>
    public static int Most => Day.Nearest;

    /// <summary>By the last day, and by the last half day.</summary>
    public static (Analogs Day, Analogs HalfDay) Of(Past past, Kind kind) => (Of(past, kind, Day), Of(past, kind, HalfDay));

    /// <summary>How the days went on: the step itself and those an hour before and after.</summary>
    /// <param name="values">The series.</param>
    /// <param name="at">The step looked at.</param>
    /// <param name="hour">Steps of an hour.</param>
    /// <param name="sky">Corrects by how much more or less a clear sky brings now than it did then; null for load.</param>
    /// <param name="samples">Where they go, three a day at most.</param>
    public int Continued(float[] values, int at, int hour, ClearSky? sky, Span<double> samples)
    {
        var count = 0;
        foreach (var back in Back)
            for (var near = -1; near <= 1; near++)
            {
                var from = at - back + (near * hour);
                if (from < 0 || from >= values.Length || float.IsNaN(values[from]))
                    continue;
                var then = sky?.Of(from) ?? 0;
                samples[count++] = then > 0 ? values[from] * sky!.Of(at) / then : values[from];
            }
        return count;
    }

    private static Analogs Of(Past past, Kind kind, Measure measure)
    {
        var window = measure.Hours * past.Grid.StepsPerHour;
        var weights = Weights(past.Grid, measure);
        var (own, other) = (past.Of(kind).Values, past.Of(kind == Kind.Load ? Kind.Pv : Kind.Load).Values);
        var (ownScale, otherScale) = (Scale(own), Scale(other) * measure.Other);
        var found = new List<(double Distance, int Back)>(Past.DaysKept);
        for (var day = 1; day <= Past.DaysKept; day++)
        {
            var same = SlotMean.DaysBefore(past, kind, past.Count, day);
            if (same < window)
                break;
            var back = past.Count - same;
            var distance = Distance(own, back, weights) * ownScale;
            var beside = Distance(other, back, weights) * otherScale;
            distance += double.IsNaN(beside) ? 0 : beside;
            if (kind == Kind.Load && SlotMean.IsOtherType(past, past.Count, day))
                distance += measure.OtherType;
            if (!double.IsNaN(distance))
                found.Add((distance, back));
        }
        found.Sort(); // of equal distances the younger day first
        var nearest = new int[Math.Min(measure.Nearest, found.Count)];
        for (var i = 0; i < nearest.Length; i++)
            nearest[i] = found[i].Back;
        return new(nearest);
    }

    /// <summary>Mean squared difference over what was measured both times, the last hours counting most; NaN when that is less than half.</summary>
    private static double Distance(float[] values, int back, double[] weights)
    {
        var (sum, counted, all) = (0.0, 0.0, 0.0);
        for (var i = 0; i < weights.Length; i++)
        {
            var at = values.Length - 1 - i;
            double difference = values[at] - values[at - back];
            all += weights[i];
            if (double.IsNaN(difference))
                continue;
            sum += weights[i] * difference * difference;
            counted += weights[i];
        }
        return counted * 2 >= all ? sum / counted : double.NaN;
    }

    private static double[] Weights(Grid grid, Measure measure)
    {
        var weights = new double[measure.Hours * grid.StepsPerHour];
        var weight = 1.0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = weight;
            if ((i + 1) % grid.StepsPerHour == 0)
                weight *= measure.PerHour;
        }
        return weights;
    }

    /// <summary>One over the variance.</summary>
    private static double Scale(float[] values)
    {
        var (sum, squares, count) = (0.0, 0.0, 0);
        foreach (var one in values)
            if (!float.IsNaN(one))
            {
                sum += one;
                squares += (double)one * one;
                count++;
            }
        if (count == 0)
            return 0;
        var variance = (squares / count) - (sum / count * (sum / count));
        return variance > 0.01 ? 1 / variance : 0;
    }
}
