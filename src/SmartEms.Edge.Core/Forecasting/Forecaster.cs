using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Foretells load and production from a site's own past: half from what the time of day usually brings, corrected by how today differs, half from how the days
/// most like now went on; then corrected for how often outcomes lay outside. Nothing here is random, and only the past is seen.</summary>
public static class Forecaster
{
    /// <summary>The outlook from a step on. Never negative, never NaN; what neither the past nor the prior knows is zero.</summary>
    /// <param name="past">What was measured; what came after <paramref name="start"/> must not be in it.</param>
    /// <param name="start">Begin of the first step, the end of the past or later, else <see cref="ArgumentOutOfRangeException"/>.</param>
    /// <param name="steps">1 or more.</param>
    /// <param name="prior">What stands in while the past is short; null = the usual.</param>
    public static Outlook Look(Past past, Instant start, int steps, Prior? prior = null)
    {
        ArgumentNullException.ThrowIfNull(past);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var first = past.Grid.NumberOf(start);
        if (past.Count > 0 && first < past.First + past.Count)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"the past goes on to {past.End}: an outlook must not begin before");
        var ahead = past.Count > 0 ? (int)Math.Min(first - past.First - past.Count, Past.DaysKept * past.Grid.StepsPerDay) : 0;
        var (load, pv) = (new double[steps * Levels.Count], new double[steps * Levels.Count]);
        var origin = new Origin(past);
        var cold = new ColdStart(past, prior ?? new());
        for (var step = 0; step < steps; step++)
        {
            var loads = load.AsSpan(step * Levels.Count, Levels.Count);
            var pvs = pv.AsSpan(step * Levels.Count, Levels.Count);
            var lead = ahead + step + 1;
            if (!origin.Load(lead, loads))
                cold.Load(loads);
            else
                Corrected(past, isPv: false, lead, loads, double.PositiveInfinity);
            if (!origin.Pv(lead, pvs))
                cold.Pv(past.Grid.StartOf(first + step), pvs);
            else
                Corrected(past, isPv: true, lead, pvs, ClearSky.Most(past, past.Count + lead - 1));
        }
        return new(start, past.StepMinutes, Shown(load), Shown(pv), Paths.Of(past, ahead, origin.Analogs, (load, pv)));
    }

    private static void Corrected(Past past, bool isPv, int lead, Span<double> quantiles, double most)
    {
        past.Calibration.Correct(isPv, lead, past.Grid, quantiles);
        foreach (ref var one in quantiles)
            one = Math.Clamp(one, 0, most);
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
