namespace SmartEms.Edge.Core.Sensing;

/// <summary>Energy balance at the connection: what PV, battery and grid bring must go somewhere, so the house's load is never negative. Readings of several
/// devices are not of one moment, so it counts only when it lasts.</summary>
public sealed class SiteBalance
{
    private const double LastsMs = 60_000;
    private const double LeastWatts = 300;
    private const double Share = 0.05;

    private long sinceMs = -1;

    /// <summary>True while the sum has been wrong for a minute.</summary>
    /// <param name="loadWatts">Import + PV + battery discharge − charging; NaN when a term is not Good.</param>
    /// <param name="flowsWatts">The sum of the terms' magnitudes: errors grow with it.</param>
    /// <param name="nowMs">Monotonic milliseconds.</param>
    public bool Look(double loadWatts, double flowsWatts, long nowMs)
    {
        if (!(loadWatts < -(LeastWatts + (Share * flowsWatts))))
        {
            sinceMs = -1;
            return false;
        }
        if (sinceMs < 0)
            sinceMs = nowMs;
        return nowMs - sinceMs >= LastsMs;
    }
}
