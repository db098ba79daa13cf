using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Prices beyond what is published: the mean of the same time of day on the last seven days that are known.</summary>
public static class PriceTail
{
    private const int Days = 7;

    /// <param name="known">Per kWh, step after step, up to the last that is published.</param>
    /// <param name="first">The step the outlook begins with, within the known ones or right behind them.</param>
    /// <param name="steps">How many are wanted.</param>
    /// <param name="stepsPerDay">24 for hours.</param>
    public static ImmutableArray<double> Of(ReadOnlySpan<double> known, int first, int steps, int stepsPerDay)
    {
        var prices = ImmutableArray.CreateBuilder<double>(steps);
        for (var t = first; t < first + steps; t++)
            prices.Add(t < known.Length ? known[t] : Guess(known, t, stepsPerDay));
        return prices.MoveToImmutable();
    }

    private static double Guess(ReadOnlySpan<double> known, int at, int stepsPerDay)
    {
        var (sum, count) = (0.0, 0);
        for (var t = at - stepsPerDay; t >= 0 && count < Days; t -= stepsPerDay)
            if (t < known.Length)
                (sum, count) = (sum + known[t], count + 1);
        return count > 0 ? sum / count : known.Length > 0 ? known[^1] : 0;
    }
}
