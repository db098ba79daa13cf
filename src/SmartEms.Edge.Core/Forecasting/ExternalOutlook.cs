using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;

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

    /// <summary>W, mean of each step; null = not foretold.</summary>
    public Quantiles? Load { get; init; }

    /// <summary>W likewise.</summary>
    public Quantiles? Pv { get; init; }

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

    private Quantiles Blend(Outlook own, Quantiles ours, Quantiles? theirs)
    {
        if (theirs is null)
            return ours;
        var (low, middle, high) = (ours.P10.ToBuilder(), ours.P50.ToBuilder(), ours.P90.ToBuilder());
        for (var step = 0; step < middle.Count; step++)
        {
            var since = own.Start + TimeSpan.FromMinutes(step * own.StepMinutes) - Start;
            var at = since < TimeSpan.Zero ? -1 : since.Ticks / TimeSpan.TicksPerMinute / StepMinutes;
            if (at < 0 || at >= theirs.P50.Length || at >= theirs.P10.Length || at >= theirs.P90.Length)
                continue;
            var (theirLow, theirMiddle, theirHigh) = (theirs.P10[(int)at], theirs.P50[(int)at], theirs.P90[(int)at]);
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
