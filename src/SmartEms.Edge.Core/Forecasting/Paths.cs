using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Five equiprobable paths. At every step they hold the quantiles 0.1, 0.3, 0.5, 0.7 and 0.9, so that their spread is the calibrated one; which path holds
/// which follows five days that were like now, so that load, production and the hours belong together (ensemble copula coupling, Schefzik et al. 2013).</summary>
internal static class Paths
{
    public const int Count = 5;

    private static readonly int[] Taken = [1, 3, 5, 7, 9]; // of Levels.All

    /// <param name="past">Where the days are found.</param>
    /// <param name="ahead">Steps from the end of the past to the first of the paths.</param>
    /// <param name="analogs">Steps back to days like now.</param>
    /// <param name="quantiles">Of load and production, step after step.</param>
    public static ImmutableArray<Scenario> Of(Past past, int ahead, int[] analogs, (double[] Load, double[] Pv) quantiles)
    {
        var steps = quantiles.Load.Length / Levels.Count;
        var days = Templates(past, analogs, steps);
        var loads = new double[Count][];
        var pvs = new double[Count][];
        for (var path = 0; path < Count; path++)
            (loads[path], pvs[path]) = (new double[steps], new double[steps]);
        for (var step = 0; step < steps; step++)
        {
            Fill(Ranks(past.Load.Values, past.Count + ahead + step, days, rising: true), quantiles.Load.AsSpan(step * Levels.Count, Levels.Count), loads, step);
            Fill(Ranks(past.Pv.Values, past.Count + ahead + step, days, rising: false), quantiles.Pv.AsSpan(step * Levels.Count, Levels.Count), pvs, step);
        }
        var scenarios = new Scenario[Count];
        for (var path = 0; path < Count; path++)
            scenarios[path] = new(ImmutableCollectionsMarshal.AsImmutableArray(loads[path]), ImmutableCollectionsMarshal.AsImmutableArray(pvs[path]));
        return ImmutableCollectionsMarshal.AsImmutableArray(scenarios);
    }

    /// <summary>Five of the days like now, from the one that took the most net energy to the one that took the least, evenly; fewer than five leave none.</summary>
    private static int[] Templates(Past past, int[] analogs, int steps)
    {
        if (analogs.Length < Count)
            return [];
        var ahead = Math.Min(steps, past.Grid.StepsPerDay);
        var nets = new List<(double Net, int Back)>(analogs.Length);
        foreach (var back in analogs)
        {
            var net = 0.0;
            for (var at = past.Count - back; at < Math.Min(past.Count, past.Count - back + ahead); at++)
            {
                double here = (past.Load.Values[at] * past.Load.Values[at]) - past.Pv.Values[at];
                net += double.IsNaN(here) ? 0 : here;
            }
            nets.Add((-net, back));
        }
        nets.Sort();
        var templates = new int[Count];
        for (var i = 0; i < Count; i++)
            templates[i] = nets[((2 * i) + 1) * nets.Count / (2 * Count)].Back;
        return templates;
    }

    /// <summary>The rank of each day's value at a step; where days tell nothing apart, the first path is the dearest.</summary>
    private static int[] Ranks(float[] series, int at, int[] days, bool rising)
    {
        Span<double> values = stackalloc double[Count];
        for (var path = 0; path < days.Length; path++)
            values[path] = at - days[path] < series.Length && !float.IsNaN(series[at - days[path]]) ? series[at - days[path]] : 0;
        var ranks = new int[Count];
        for (var path = 0; path < Count; path++)
            for (var other = 0; other < Count; other++)
                if (values[other] < values[path] || (values[other] == values[path] && (rising ? other > path : other < path)))
                    ranks[path]++;
        return ranks;
    }

    private static void Fill(int[] ranks, ReadOnlySpan<double> quantiles, double[][] paths, int step)
    {
        for (var path = 0; path < Count; path++)
            paths[path][step] = quantiles[Taken[ranks[path]]];
    }
}
