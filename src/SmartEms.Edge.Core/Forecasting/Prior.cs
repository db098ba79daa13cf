namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What is believed of a site before it has measured anything: used only where its own past says nothing.</summary>
/// <param name="LoadWatts">Mean load, W.</param>
/// <param name="PvPeakWatts">Rated power of its PV, W; 0 = none.</param>
public sealed record Prior(double LoadWatts = 400, double PvPeakWatts = 0)
{
    /// <summary>Degrees, north positive; with <see cref="Longitude"/> the sun's height is known.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees, east positive.</summary>
    public double? Longitude { get; init; }
}
