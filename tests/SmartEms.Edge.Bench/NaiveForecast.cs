namespace SmartEms.Edge.Bench;

/// <summary>The forecast everything is measured against: the same hour one season ago, and around it the quantiles of what that missed by at the same hour, and the
/// hours beside it, of the last 28 days. It gets what the forecaster gets: only the past, nothing negative, no more PV than 1.05 times the best of that hour in 30 days.</summary>
internal sealed class NaiveForecast(double[] watts, int seasonHours)
{
    private const int Days = 28;
    private readonly double[] residuals = new double[Days * 3];

    /// <param name="hour">The hour foretold.</param>
    /// <param name="now">The first hour that is not known yet.</param>
    /// <param name="most">W.</param>
    /// <param name="quantiles">Their levels, and where they go, W.</param>
    public void Look(int hour, int now, double most, (double[] Levels, double[] To) quantiles)
    {
        var count = 0;
        for (var day = 1; day <= Days; day++)
            for (var near = -1; near <= 1; near++)
                if (hour - (24 * day) + near is var at && at < now && at >= seasonHours)
                    residuals[count++] = watts[at] - watts[at - seasonHours];
        if (count == 0)
            residuals[count++] = 0; // nothing is known of how far it is off
        Array.Sort(residuals, 0, count);
        var before = hour - seasonHours;
        for (var i = 0; i < quantiles.To.Length; i++)
        {
            var place = Math.Clamp((quantiles.Levels[i] * (count + 1)) - 1, 0, count - 1);
            var below = (int)place;
            var residual = residuals[below] + ((place - below) * (residuals[Math.Min(below + 1, count - 1)] - residuals[below]));
            quantiles.To[i] = Math.Clamp(watts[before] + residual, 0, most);
        }
    }
}
