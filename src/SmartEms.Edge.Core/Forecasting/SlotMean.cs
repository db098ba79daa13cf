namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What a step usually brings: the mean of the same time on the days before, the recent ones counting more.</summary>
internal static class SlotMean
{
    private const int Days = 21;

    /// <summary>A week old counts e⁻¹.</summary>
    private const double DayWeight = 0.8668779;

    /// <summary>A working day tells half as much of a weekend's load, and the other way round; the sun knows no weekend.</summary>
    private const double OtherTypeWeight = 0.5;

    /// <summary>On the scale of the series; NaN when nothing was measured at that time of day.</summary>
    public static double Of(Past past, Kind kind, int at)
    {
        var values = past.Of(kind).Values;
        var isFree = kind == Kind.Load && IsFree(past, at);
        var (sum, weights, weight) = (0.0, 0.0, 1.0);
        for (var day = 1; day <= Days; day++)
        {
            weight *= DayWeight;
            var from = DaysBefore(past, kind, at, day);
            if (from < 0)
                break;
            if (from >= values.Length || float.IsNaN(values[from]))
                continue;
            var counts = kind == Kind.Load && IsFree(past, from) != isFree ? weight * OtherTypeWeight : weight;
            sum += counts * values[from];
            weights += counts;
        }
        return weights > 0 ? sum / weights : double.NaN;
    }

    /// <summary>The step at the same time so many days before: local time for people, UTC for the sun. May be one not kept.</summary>
    public static int DaysBefore(Past past, Kind kind, int at, int days)
    {
        var from = at - (days * past.Grid.StepsPerDay);
        return from < 0 || kind == Kind.Pv ? from : from + ((past.OffsetOf(at) - past.OffsetOf(from)) / past.StepMinutes);
    }

    /// <summary>Saturday or Sunday in local time.</summary>
    public static bool IsFree(Past past, int at)
    {
        var minutes = ((past.First + at) * past.StepMinutes) + past.OffsetOf(at);
        return ((Math.Max(minutes, 0) / 1_440) + 3) % 7 >= 5; // 1970-01-01 was a Thursday
    }
}
