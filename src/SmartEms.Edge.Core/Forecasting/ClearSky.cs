namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What a plant brings under a clear sky: the best of the last thirty days at the same time.</summary>
internal static class ClearSky
{
    private const int Days = 30;

    /// <summary>A sky can be clearer, and clouds can mirror.</summary>
    private const double Margin = 1.05;

    /// <summary>W; 0 at night, and when nothing was measured at that time.</summary>
    public static double Most(Past past, int at)
    {
        var most = 0f;
        for (var day = 1; day <= Days; day++)
        {
            var from = at - (day * past.Grid.StepsPerDay);
            if (from < 0)
                break;
            if (from < past.Count && past.Pv.Watts[from] > most)
                most = past.Pv.Watts[from];
        }
        return most * Margin;
    }
}
