using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What stands in at times of day that were never measured: the load of today so far, or what is believed of the site, and the height of the sun.</summary>
internal sealed class ColdStart(Past past, Prior prior)
{
    /// <summary>Quantiles over the mean: a household's hours, rough.</summary>
    private static readonly double[] LoadShape = [0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.2, 1.5, 2, 2.6];

    /// <summary>Quantiles over what a clear sky would bring.</summary>
    private static readonly double[] PvShape = [0.05, 0.1, 0.2, 0.32, 0.45, 0.6, 0.7, 0.78, 0.85, 0.92, 0.96];

    /// <summary>Quantiles over what is expected, once something is: the roots of load, and of production.</summary>
    private static readonly double[] LoadShare = [0.55, 0.63, 0.71, 0.78, 0.86, 0.94, 1.02, 1.12, 1.25, 1.45, 1.65];
    private static readonly double[] PvShare = [0.1, 0.2, 0.45, 0.65, 0.85, 1, 1.08, 1.13, 1.18, 1.24, 1.3];

    /// <summary>Of the rated power, at the zenith.</summary>
    private const double ClearShare = 0.85;

    private readonly double load = Mean(past.Load.Values) is var mean && double.IsNaN(mean) ? Math.Max(prior.LoadWatts, 0) : mean;

    /// <summary>A quantile over what is expected, on the scale of the series, while too little is known of how far outcomes lie from it.</summary>
    public static double Share(Kind kind, int level) => kind == Kind.Load ? LoadShare[level] : PvShare[level];

    public void Load(Span<double> quantiles)
    {
        for (var level = 0; level < Levels.Count; level++)
            quantiles[level] = load * LoadShape[level];
    }

    public void Pv(Instant start, Span<double> quantiles)
    {
        var sine = prior is { Latitude: { } latitude, Longitude: { } longitude }
            ? SunHeight.Sine(start + TimeSpan.FromMinutes(past.StepMinutes / 2.0), latitude, longitude)
            : 0;
        var clear = Math.Max(prior.PvPeakWatts, 0) * ClearShare * Math.Max(sine, 0);
        for (var level = 0; level < Levels.Count; level++)
            quantiles[level] = clear * PvShape[level];
    }

    /// <summary>W; NaN when nothing was measured.</summary>
    private static double Mean(float[] roots)
    {
        var (sum, count) = (0.0, 0);
        foreach (var root in roots)
            if (!float.IsNaN(root))
            {
                sum += (double)root * root;
                count++;
            }
        return count > 0 ? sum / count : double.NaN;
    }
}
