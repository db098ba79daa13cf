namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What a plant brings under a clear sky: the best of the last thirty days at the same time. Wind has none.</summary>
internal sealed class ClearSky
{
    private const int Days = 30;

    /// <summary>A sky can be clearer still, and clouds can mirror.</summary>
    private const double Margin = 1.05;

    private readonly Past past;
    private readonly List<float> known = [];

    public ClearSky(Past past)
    {
        this.past = past;
        IsKnown = past.Production == Production.Sun;
    }

    public bool IsKnown { get; }

    /// <summary>W, as it was known before the step; 0 at night, where nothing was measured at that time, and for wind.</summary>
    public double Of(int at)
    {
        if (!IsKnown || at < 0)
            return 0;
        while (known.Count <= at)
            known.Add(float.NaN);
        if (float.IsNaN(known[at]))
            known[at] = Best(at);
        return known[at];
    }

    /// <summary>What is not expected to be passed, W.</summary>
    public double Most(int at) => IsKnown ? Of(at) * Margin : double.PositiveInfinity;

    private float Best(int at)
    {
        var (values, most, day) = (past.Pv.Values, 0f, past.Grid.StepsPerDay);
        for (var from = at - day; from >= 0 && from >= at - (Days * day); from -= day)
            if (from < values.Length && values[from] > most)
                most = values[from];
        return most;
    }
}
