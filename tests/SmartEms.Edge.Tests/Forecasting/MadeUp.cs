using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Tests.Forecasting;

/// <summary>Pasts of a made-up house, step by step from Monday, 4 January 2021, 00:00 UTC.</summary>
internal static class MadeUp
{
    public static readonly Instant Monday = Instant.From(new(2021, 1, 4, 0, 0, 0, TimeSpan.Zero));

    /// <summary>Steps from the first on; each is told its local time and number, and answers load and PV.</summary>
    public static Past After(Past empty, int steps, Func<DateTime, int, (double Load, double Pv)> house)
    {
        var past = empty;
        for (var step = 0; step < steps; step++)
            past = With(past, step, house);
        return past;
    }

    public static Past With(Past past, int step, Func<DateTime, int, (double Load, double Pv)> house)
    {
        var start = At(past, step);
        var (load, pv) = house(start.ToDateTimeOffset().DateTime.AddMinutes(past.Clock.OffsetAt(start)), step);
        return past.After(start, load, pv);
    }

    public static Instant At(Past past, int step) => Monday + TimeSpan.FromMinutes((long)step * past.StepMinutes);

    /// <summary>300 W, 2 kW from 18 to 21 h, on Saturday and Sunday 1 kW from 10 to 15 h instead; the sun from 8 to 16 h, on every third day half as strong. With some wobble that repeats.</summary>
    public static (double Load, double Pv) House(DateTime local, int step)
    {
        var isFree = local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var load = isFree ? local.Hour is >= 10 and < 15 ? 1_000 : 300 : local.Hour is >= 18 and < 21 ? 2_000 : 300;
        var hours = local.TimeOfDay.TotalHours - 8;
        var sun = hours is > 0 and < 8 ? hours * (8 - hours) / 16 * 4_000 : 0;
        return (load * (1 + (Wobble(step) / 10)), sun * (local.DayOfYear % 3 == 0 ? 0.5 : 1));
    }

    /// <summary>−1 to 1, without order but the same each time.</summary>
    public static double Wobble(int step) => ((step * 7_919L % 1_009) / 504.0) - 1;

    public static void AssertSound(Outlook outlook, int steps)
    {
        Xunit.Assert.Equal(steps, outlook.Steps);
        Xunit.Assert.Equal(5, outlook.Scenarios.Length);
        foreach (var quantiles in (Quantiles[])[outlook.Load, outlook.Pv])
            for (var step = 0; step < steps; step++)
            {
                Xunit.Assert.InRange(quantiles.P10[step], 0, quantiles.P50[step]);
                Xunit.Assert.InRange(quantiles.P90[step], quantiles.P50[step], 1e6);
            }
        for (var step = 0; step < steps; step++)
        {
            AssertHolds(outlook.Load, step, [.. outlook.Scenarios.Select(path => path.Load[step])]);
            AssertHolds(outlook.Pv, step, [.. outlook.Scenarios.Select(path => path.Pv[step])]);
        }
    }

    /// <summary>At every step the paths hold the quantiles.</summary>
    private static void AssertHolds(Quantiles quantiles, int step, double[] paths)
    {
        Array.Sort(paths);
        Xunit.Assert.Equal(quantiles.P10[step], paths[0]);
        Xunit.Assert.Equal(quantiles.P50[step], paths[2]);
        Xunit.Assert.Equal(quantiles.P90[step], paths[4]);
    }
}
