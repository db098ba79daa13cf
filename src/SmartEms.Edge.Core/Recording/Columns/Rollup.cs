using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Rolls samples up into minutes and minutes into quarter-hours. Minimum, mean, maximum and last are those of the known values (neither Bad nor
/// NaN nor infinite), NaN where there is none; every sample counts.</summary>
public static class Rollup
{
    public const long MinuteMs = 60_000;
    public const long QuarterMs = 900_000;

    public static long StepMs(TelemetryTier tier) => tier == TelemetryTier.Quarter ? QuarterMs : MinuteMs;

    /// <summary>The start of the stretch a moment lies in, also before 1970.</summary>
    public static long Start(long at, long stepMs)
    {
        var rest = at % stepMs;
        return unchecked(at - (rest < 0 ? rest + stepMs : rest));
    }

    /// <summary>One row for each minute that holds samples, which must be in time order.</summary>
    public static List<TelemetryRow> Minutes(IEnumerable<TelemetrySample> samples)
    {
        var tally = new MinuteTally();
        foreach (var sample in samples)
            tally.Add(sample.At.UnixMilliseconds, sample.Value, sample.Trust);
        return tally.Take();
    }

    /// <summary>Adds a row behind the others, into the last one where both lie in one stretch.</summary>
    public static void Add(List<TelemetryRow> rows, TelemetryRow row, long stepMs)
    {
        row = row with { At = new Instant(Start(row.At.UnixMilliseconds, stepMs)) };
        if (rows.Count > 0 && rows[^1].At == row.At)
            rows[^1] = Joined(rows[^1], row);
        else
            rows.Add(row);
    }

    /// <summary>Two lists in time order as one, which may be the earlier list; where both have a row of a moment they are joined, and the later list has the last word.</summary>
    public static List<TelemetryRow> Merged(List<TelemetryRow> earlier, List<TelemetryRow> later)
    {
        if (earlier.Count == 0 || later.Count == 0 || earlier[^1].At < later[0].At)
        {
            earlier.AddRange(later);
            return earlier;
        }

        var merged = new List<TelemetryRow>(earlier.Count + later.Count);
        var (a, b) = (0, 0);
        while (a < earlier.Count || b < later.Count)
        {
            if (b == later.Count || (a < earlier.Count && earlier[a].At < later[b].At))
                merged.Add(earlier[a++]);
            else if (a == earlier.Count || later[b].At < earlier[a].At)
                merged.Add(later[b++]);
            else
                merged.Add(Joined(earlier[a++], later[b++]));
        }

        return merged;
    }

    /// <summary>Minutes in time order, as rows of a coarser step.</summary>
    public static List<TelemetryRow> Coarser(IEnumerable<TelemetryRow> rows, long stepMs)
    {
        var coarse = new List<TelemetryRow>();
        foreach (var row in rows)
            Add(coarse, row, stepMs);
        return coarse;
    }

    private static TelemetryRow Joined(TelemetryRow first, TelemetryRow then)
    {
        var count = Math.Min((long)first.Count + then.Count, int.MaxValue);
        var worst = first.Worst < then.Worst ? first.Worst : then.Worst;
        if (double.IsNaN(first.Mean) || double.IsNaN(then.Mean))
            return (double.IsNaN(then.Mean) ? first : then) with { Worst = worst, Count = (int)count };
        var mean = first.Mean + ((then.Mean - first.Mean) * ((double)then.Count / count));
        return new TelemetryRow(first.At, Math.Min(first.Min, then.Min), mean, Math.Max(first.Max, then.Max), then.Last, worst, (int)count);
    }
}
