using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What stands in at times of day that were never measured: the load of today so far, or what is believed of the site, and the height of the sun.</summary>
internal sealed class ColdStart(Past past, Prior prior)
{
    /// <summary>Quantiles over the mean: a household's hours, rough.</summary>
    private static readonly double[] LoadShape = [0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.2, 1.5, 2, 2.6];

    /// <summary>Quantiles over what a clear sky would bring.</summary>
    private static readonly double[] PvShape = [0.05, 0.1, 0.2, 0.32, 0.45, 0.6, 0.7, 0.78, 0.85, 0.92, 0.96];

    /// <summary>Of the rated power, at the zenith.</summary>
    private const double ClearShare = 0.85;

    private readonly double load = Mean(past.Load.Watts) is var mean && double.IsNaN(mean) ? Math.Max(prior.LoadWatts, 0) : mean;

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

    private static double Mean(float[] watts)
    {
        var (sum, count) = (0.0, 0);
        foreach (var one in watts)
            if (!float.IsNaN(one))
            {
                sum += one;
                count++;
            }
        return count > 0 ? sum / count : double.NaN;
    }
}
