namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What a step usually brings: the mean of the same time on the days before, the recent ones counting more.</summary>
internal static class SlotMean
{
    private const int Days = 21;

    /// <summary>A week old counts e⁻¹.</summary>
    private const double DayWeight = 0.8668779;

    /// <summary>A working day tells half as much of a weekend's, and the other way round.</summary>
    private const double OtherTypeWeight = 0.5;

    /// <summary>W; NaN when nothing was measured at that time of day.</summary>
    public static double OfLoad(Past past, int at)
    {
        var watts = past.Load.Watts;
        var free = IsFree(past, at);
        var (sum, weights, weight) = (0.0, 0.0, 1.0);
        for (var day = 1; day <= Days; day++)
        {
            weight *= DayWeight;
            var from = DaysBefore(past, at, day);
            if (from < 0)
                break;
            if (from >= watts.Length || float.IsNaN(watts[from]))
                continue;
            var counts = IsFree(past, from) == free ? weight : weight * OtherTypeWeight;
            sum += counts * watts[from];
            weights += counts;
        }
        return weights > 0 ? sum / weights : double.NaN;
    }

    /// <summary>W; the sun knows no weekend and no change of clocks.</summary>
    public static double OfPv(Past past, int at)
    {
        var watts = past.Pv.Watts;
        var (sum, weights, weight) = (0.0, 0.0, 1.0);
        for (var from = at - past.Grid.StepsPerDay; from >= 0 && from >= at - (Days * past.Grid.StepsPerDay); from -= past.Grid.StepsPerDay)
        {
            weight *= DayWeight;
            if (from >= watts.Length || float.IsNaN(watts[from]))
                continue;
            sum += weight * watts[from];
            weights += weight;
        }
        return weights > 0 ? sum / weights : double.NaN;
    }

    /// <summary>The step at the same local time so many days before; may be one not kept.</summary>
    public static int DaysBefore(Past past, int at, int days)
    {
        var from = at - (days * past.Grid.StepsPerDay);
        return from < 0 ? from : from + ((past.OffsetOf(at) - past.OffsetOf(from)) / past.StepMinutes);
    }

    /// <summary>Saturday or Sunday in local time.</summary>
    public static bool IsFree(Past past, int at)
    {
        var minutes = ((past.First + at) * past.StepMinutes) + past.OffsetOf(at);
        return (Math.Max(minutes, 0) / 1_440 + 3) % 7 >= 5; // 1970-01-01 was a Thursday
    }
}
