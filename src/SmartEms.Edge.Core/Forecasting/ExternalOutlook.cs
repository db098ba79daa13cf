using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What somebody else foretells, a weather service as a rule. Steps it does not cover, and everything once it is stale, stay as the site itself foretells them.</summary>
/// <param name="IssuedAt">When it was made; stale after twelve hours, and not believed before.</param>
/// <param name="Start">Begin of its first step.</param>
/// <param name="StepMinutes">1 or more.</param>
public sealed record ExternalOutlook(Instant IssuedAt, Instant Start, int StepMinutes)
{
    /// <summary>Our own past knows the next hours well and the next day badly: so much the other counts at first, and from six hours on.</summary>
    private const double ShareAtFirst = 0.3;
    private const double ShareLater = 0.7;
    private const int HoursUntilLater = 6;
    private static readonly TimeSpan Stale = TimeSpan.FromHours(12);

    /// <summary>W, mean of each step; null = not foretold. Where P10 and P90 are NaN, our own spread is laid about their P50.</summary>
    public Quantiles? Load { get; init; }

    /// <summary>W likewise.</summary>
    public Quantiles? Pv { get; init; }

    /// <summary>kg CO₂ per kWh from the grid, of each step; NaN = not foretold.</summary>
    public ImmutableArray<double> Carbon { get; init; } = [];

    /// <summary>What the market will ask, per kWh, of each step; NaN = not foretold.</summary>
    public ImmutableArray<double> Spot { get; init; } = [];

    public static ExternalOutlook? Of(Foretold? told) => told is null ? null : new(told.IssuedAt, told.From.Start, (int)Slot.Length.TotalMinutes)
    {
        Load = Of(told.Load, told.LoadP10, told.LoadP90),
        Pv = Of(told.Pv, told.PvP10, told.PvP90),
        Carbon = told.Carbon,
        Spot = told.Spot,
    };

    public bool IsFresh(Instant now) => now >= IssuedAt && now - IssuedAt <= Stale;

    /// <summary>Our own outlook with this one in it: quantiles are averaged, and the paths follow their quantiles.</summary>
    public Outlook Into(Outlook own)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (!IsFresh(own.Start))
            return own;
        var (load, pv) = (Blend(own, own.Load, Load), Blend(own, own.Pv, Pv));
        var scenarios = ImmutableArray.CreateBuilder<Scenario>(own.Scenarios.Length);
        foreach (var path in own.Scenarios)
            scenarios.Add(new(Moved(path.Load, own.Load, load), Moved(path.Pv, own.Pv, pv)));
        return own with { Load = load, Pv = pv, Scenarios = scenarios.MoveToImmutable() };
    }

    /// <summary>What a row tells of a moment; NaN = nothing.</summary>
    public double At(ImmutableArray<double> row, Instant at) => NumberOf(at) is var step && step >= 0 && step < row.Length ? row[(int)step] : double.NaN;

    /// <summary>Carbon of the coming steps, kg per kWh. What is not foretold is as a day before, and where that is not known either, as the mean; empty where nothing is
    /// foretold or all of it is stale.</summary>
    /// <param name="start">Begin of the first step.</param>
    /// <param name="steps">1 or more.</param>
    public ImmutableArray<double> CarbonFrom(Instant start, int steps)
    {
        if (!IsFresh(start))
            return [];
        var (row, sum, count, day) = (new double[steps], 0.0, 0, 1_440 / StepMinutes);
        for (var step = 0; step < steps; step++)
        {
            row[step] = At(Carbon, start + TimeSpan.FromMinutes(step * StepMinutes));
            if (double.IsFinite(row[step]))
                (sum, count) = (sum + row[step], count + 1);
        }
        if (count == 0)
            return [];
        for (var step = 0; step < steps; step++)
            if (!double.IsFinite(row[step]))
                row[step] = step >= day ? row[step - day] : sum / count;
        return ImmutableCollectionsMarshal.AsImmutableArray(row);
    }

    private static Quantiles? Of(ImmutableArray<double> middle, ImmutableArray<double> low, ImmutableArray<double> high) =>
        middle.IsEmpty ? null : new(AsLong(low, middle.Length), middle, AsLong(high, middle.Length));

    private static ImmutableArray<double> AsLong(ImmutableArray<double> row, int length)
    {
        var all = new double[length];
        Array.Fill(all, double.NaN);
        row.AsSpan()[..Math.Min(row.Length, length)].CopyTo(all);
        return ImmutableCollectionsMarshal.AsImmutableArray(all);
    }

    /// <summary>Of the step a moment lies in; negative = before the first.</summary>
    private long NumberOf(Instant at) => at < Start ? -1 : (at - Start).Ticks / TimeSpan.TicksPerMinute / StepMinutes;

    private Quantiles Blend(Outlook own, Quantiles ours, Quantiles? theirs)
    {
        if (theirs is null)
            return ours;
        var (low, middle, high) = (ours.P10.ToBuilder(), ours.P50.ToBuilder(), ours.P90.ToBuilder());
        for (var step = 0; step < middle.Count; step++)
        {
            var at = NumberOf(own.Start + TimeSpan.FromMinutes(step * own.StepMinutes));
            if (at < 0 || at >= theirs.P50.Length || at >= theirs.P10.Length || at >= theirs.P90.Length)
                continue;
            var (theirLow, theirMiddle, theirHigh) = (theirs.P10[(int)at], theirs.P50[(int)at], theirs.P90[(int)at]);
            if (double.IsNaN(theirLow) && double.IsNaN(theirHigh))
                (theirLow, theirHigh) = (Math.Max(0, theirMiddle - (middle[step] - low[step])), theirMiddle + (high[step] - middle[step]));
            if (!(theirLow >= 0 && theirMiddle >= theirLow && theirHigh >= theirMiddle && double.IsFinite(theirHigh)))
                continue; // no quantiles
            var share = ShareAtFirst + ((ShareLater - ShareAtFirst) * Math.Min(step * own.StepHours / HoursUntilLater, 1));
            low[step] += share * (theirLow - low[step]);
            middle[step] += share * (theirMiddle - middle[step]);
            high[step] += share * (theirHigh - high[step]);
        }
        return new(low.MoveToImmutable(), middle.MoveToImmutable(), high.MoveToImmutable());
    }

    /// <summary>A path moved with its quantiles: as far from the median as before, in their new distance.</summary>
    private static ImmutableArray<double> Moved(ImmutableArray<double> path, Quantiles before, Quantiles now)
    {
        if (before == now)
            return path;
        var moved = new double[path.Length];
        for (var step = 0; step < moved.Length; step++)
        {
            var away = path[step] - before.P50[step];
            var (was, becomes) = away < 0
                ? (before.P50[step] - before.P10[step], now.P50[step] - now.P10[step])
                : (before.P90[step] - before.P50[step], now.P90[step] - now.P50[step]);
            moved[step] = Math.Max(now.P50[step] + (was > 0 ? away * becomes / was : 0), 0);
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(moved);
    }
}
