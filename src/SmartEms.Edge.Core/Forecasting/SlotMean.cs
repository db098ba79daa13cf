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
        var today = kind == Kind.Load ? LocalDay(past, at) : 0;
        var (sum, weights, weight) = (0.0, 0.0, 1.0);
        for (var day = 1; day <= Days; day++)
        {
            weight *= DayWeight;
            var from = DaysBefore(past, kind, at, day);
            if (from < 0)
                break;
            if (from >= values.Length || float.IsNaN(values[from]))
                continue;
            var counts = kind == Kind.Load && IsFree(today - day) != IsFree(today) ? weight * OtherTypeWeight : weight;
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

    /// <summary>Of two steps at the same local time, whether one lies on a Saturday or Sunday and the other does not.</summary>
    public static bool IsOtherType(Past past, int at, int daysBefore) =>
        LocalDay(past, at) is var day && IsFree(day) != IsFree(day - daysBefore);

    /// <summary>Days since Monday, 5 January 1970, in local time.</summary>
    private static long LocalDay(Past past, int at)
    {
        var minutes = ((past.First + at) * past.StepMinutes) + past.OffsetOf(at);
        return (minutes / 1_440) - 4;
    }

    private static bool IsFree(long day) => (day % 7) >= 5;
}
