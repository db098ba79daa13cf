using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Prices, and what else is published with them, as a row without gaps; the last week of it serves to guess what is not published yet.</summary>
/// <param name="Start">Begin of the first step.</param>
/// <param name="StepMinutes">A divisor or a multiple of the outlook's step.</param>
/// <param name="Import">Per kWh, what an imported kWh costs all in all.</param>
/// <param name="Export">Per kWh, as long as <paramref name="Import"/>.</param>
/// <param name="Carbon">kg CO₂ per kWh, as long as <paramref name="Import"/>; empty = not known.</param>
/// <param name="Until">What begins then or later is not published yet, whatever the rows hold.</param>
public sealed record PublishedPrices(Instant Start, int StepMinutes, ImmutableArray<double> Import, ImmutableArray<double> Export, ImmutableArray<double> Carbon, Instant Until);

/// <summary>The prices of the coming steps: published ones, then the mean of the same hour over the last seven days that are known.</summary>
public static class PriceForecast
{
    private const int Days = 7;

    /// <summary>Day-ahead auctions publish the whole next day by this local hour (EPEX SPOT: 12:57 at the latest as a rule).</summary>
    private const int PublishedFromMinute = 13 * 60;

    /// <summary>Up to when day-ahead prices are visible: the end of the local day, and from 13:00 on the end of the next.</summary>
    public static Instant VisibleUntil(Instant now, LocalClock clock)
    {
        var days = clock.MinuteOfDay(now) >= PublishedFromMinute ? 2 : 1;
        return clock.BeginOf(clock.DayOf(now) + days);
    }

    /// <summary>Never NaN: where nothing was ever published, zero.</summary>
    /// <param name="published">What is known.</param>
    /// <param name="start">Begin of the first step.</param>
    /// <param name="steps">1 or more.</param>
    /// <param name="stepMinutes">5–60, a divisor of 60.</param>
    public static PriceOutlook Look(PublishedPrices published, Instant start, int steps, int stepMinutes)
    {
        ArgumentNullException.ThrowIfNull(published);
        var known = 0;
        while (known < steps && IsKnown(published, published.Import, At(published, start, known, stepMinutes)))
            known++;
        return new(
            Row(published, published.Import, (start, steps, stepMinutes)),
            Row(published, published.Export, (start, steps, stepMinutes)),
            known,
            published.Carbon.IsEmpty ? [] : Row(published, published.Carbon, (start, steps, stepMinutes)));
    }

    private static ImmutableArray<double> Row(PublishedPrices published, ImmutableArray<double> values, (Instant Start, int Steps, int Minutes) ahead)
    {
        var row = new double[ahead.Steps];
        var parts = Math.Max(ahead.Minutes / published.StepMinutes, 1);
        for (var step = 0; step < row.Length; step++)
        {
            var first = At(published, ahead.Start, step, ahead.Minutes);
            for (var part = 0; part < parts; part++)
                row[step] += Value(published, values, first + part) / parts;
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(row);
    }

    private static double Value(PublishedPrices published, ImmutableArray<double> values, long at)
    {
        if (IsKnown(published, values, at))
            return values[(int)at];
        var day = 1_440 / published.StepMinutes;
        var (sum, count) = (0.0, 0);
        // The last seven days on which this hour is known; a tail of two days looks one day farther back on its second.
        for (var from = at - day; from >= 0 && count < Days; from -= day)
            if (IsKnown(published, values, from))
                (sum, count) = (sum + values[(int)from], count + 1);
        return count > 0 ? sum / count : Mean(published, values);
    }

    private static double Mean(PublishedPrices published, ImmutableArray<double> values)
    {
        var (sum, count) = (0.0, 0);
        for (var at = 0; IsKnown(published, values, at); at++)
            (sum, count) = (sum + values[at], count + 1);
        return count > 0 ? sum / count : 0;
    }

    private static bool IsKnown(PublishedPrices published, ImmutableArray<double> values, long at) =>
        at >= 0 && at < values.Length && published.Start + TimeSpan.FromMinutes(at * published.StepMinutes) < published.Until;

    private static long At(PublishedPrices published, Instant start, int step, int stepMinutes)
    {
        var minutes = ((start - published.Start).Ticks / TimeSpan.TicksPerMinute) + ((long)step * stepMinutes);
        return minutes < 0 ? -1 : minutes / published.StepMinutes;
    }
}
