namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What a plant brings under a clear sky: the best of the last thirty days at the same time. Wind has none.</summary>
internal static class ClearSky
{
    private const int Days = 30;

    /// <summary>A sky can be clearer still, and clouds can mirror.</summary>
    private const double Margin = 1.05;

    /// <summary>W; 0 at night, where nothing was measured at that time, and for wind.</summary>
    public static double Of(Past past, int at)
    {
        if (past.Production != Production.Sun)
            return 0;
        var (values, most, day) = (past.Pv.Values, 0f, past.Grid.StepsPerDay);
        for (var from = at - day; from >= 0 && from >= at - (Days * day); from -= day)
            if (from < values.Length && values[from] > most)
                most = values[from];
        return most;
    }

    /// <summary>What is not expected to be passed, on the scale of the series: for production the clear sky, for load and wind nothing.</summary>
    public static double Most(Past past, Kind kind, double clear) =>
        kind == Kind.Pv && past.Production == Production.Sun ? clear * Margin : double.PositiveInfinity;
}
