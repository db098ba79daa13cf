using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Foretells load and production from a site's own past: a regression on what is usual and how it lately differed, and the days most like now, mixed as each has
/// proved itself and widened until the quantiles hold. Nothing here is random, and only the past is seen.</summary>
public static class Forecaster
{
    /// <summary>The outlook from a step on. Never negative, never NaN; what neither the past nor the prior knows is zero.</summary>
    /// <param name="past">What was measured; nothing that came after <paramref name="start"/> may be in it.</param>
    /// <param name="start">Begin of the first step: the end of the past or later, else <see cref="ArgumentOutOfRangeException"/>.</param>
    /// <param name="steps">1 or more.</param>
    /// <param name="prior">What stands in while the past is short; null = the usual.</param>
    public static Outlook Look(Past past, Instant start, int steps, Prior? prior = null)
    {
        ArgumentNullException.ThrowIfNull(past);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var first = past.Grid.NumberOf(start);
        if (past.Count > 0 && first < past.First + past.Count)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"the past goes on to {past.End}: an outlook must not begin before");
        var known = past.Count > 0 && first - past.First - past.Count < Past.DaysKept * past.Grid.StepsPerDay;
        var ahead = known ? (int)(first - past.First - past.Count) : 0;
        var (load, pv) = (new double[steps * Levels.Count], new double[steps * Levels.Count]);
        var cold = new ColdStart(past, prior ?? new());
        int[] alike = [];
        if (known)
        {
            var origin = new Origin(past, Kind.Load);
            alike = origin.Alike.Back;
            Ahead(past, Kind.Load, origin, (ahead, load), cold);
            Ahead(past, Kind.Pv, new(past, Kind.Pv), (ahead, pv), cold);
        }
        else
            for (var step = 0; step < steps; step++)
            {
                cold.Load(load.AsSpan(step * Levels.Count, Levels.Count));
                cold.Pv(past.Grid.StartOf(first + step), pv.AsSpan(step * Levels.Count, Levels.Count));
            }
        return new(start, past.StepMinutes, Shown(load), Shown(pv), Paths.Of(past, ahead, alike, (load, pv)));
    }

    private static void Ahead(Past past, Kind kind, Origin origin, (int Steps, double[] To) ahead, ColdStart cold)
    {
        for (var step = 0; step * Levels.Count < ahead.To.Length; step++)
        {
            var quantiles = ahead.To.AsSpan(step * Levels.Count, Levels.Count);
            var lead = ahead.Steps + step + 1;
            var lesson = past.Lessons.For(kind, lead);
            if (origin.Look(lead, lesson))
                origin.Watts(lesson, quantiles);
            else if (kind == Kind.Load)
                cold.Load(quantiles);
            else
                cold.Pv(past.Grid.StartOf(past.First + past.Count + lead - 1), quantiles);
        }
    }

    private static Quantiles Shown(double[] quantiles) => new(Row(quantiles, Levels.P10), Row(quantiles, Levels.P50), Row(quantiles, Levels.P90));

    private static ImmutableArray<double> Row(double[] quantiles, int level)
    {
        var row = new double[quantiles.Length / Levels.Count];
        for (var step = 0; step < row.Length; step++)
            row[step] = quantiles[(step * Levels.Count) + level];
        return ImmutableCollectionsMarshal.AsImmutableArray(row);
    }
}
