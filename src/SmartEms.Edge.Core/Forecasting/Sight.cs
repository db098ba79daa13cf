namespace SmartEms.Edge.Core.Forecasting;

/// <summary>One step of one series as it is seen from now, on the scale of the series: room that is used again for the next.</summary>
internal sealed class Sight(int inputs)
{
    public double[] Features { get; } = new double[inputs];

    /// <summary>By the regression.</summary>
    public double Expected { get; set; }

    /// <summary>The quantiles of each way, one way after the other.</summary>
    public double[] Ways { get; } = new double[Levels.Count * Mixture.Ways];

    /// <summary>Of all ways together, before their width is corrected.</summary>
    public double[] Quantiles { get; } = new double[Levels.Count];

    /// <summary>What is not expected to be passed.</summary>
    public double Most { get; set; }

    /// <summary>Nothing, for certain: night.</summary>
    public void Darken()
    {
        Array.Clear(Features);
        Array.Clear(Ways);
        Array.Clear(Quantiles);
        Expected = 0;
    }
}
