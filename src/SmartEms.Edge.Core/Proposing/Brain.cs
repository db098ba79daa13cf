using System.Collections.Immutable;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>What a site has learnt for its forecasts and plans: its own past, and the market's prices of the last week. A value; one quarter-hour gives the next.</summary>
/// <param name="Past">Load and production.</param>
/// <param name="SpotFrom">Of which quarter-hour the first price is.</param>
/// <param name="Spot">Per kWh, one after the other up to the present.</param>
public sealed record Brain(Past Past, Slot SpotFrom, ImmutableArray<double> Spot)
{
    /// <summary>A week of quarter-hours.</summary>
    private const int SpotsMost = 7 * 96;

    public static Brain Fresh(LocalClock clock) => new(Past.Empty(15, clock), default, []);

    /// <summary>With what an image tells of the quarter-hour before <paramref name="slot"/>, and of the price of this one.</summary>
    public Brain After(Slot slot, Outside outside)
    {
        var past = Past.On(outside.Clock);
        var before = new Slot(slot.Index - 1);
        if (outside.Measured is { } means)
            past = past.After(before.Start, means.Load, means.Pv);
        return outside.Spot.IsEmpty ? this with { Past = past } : WithSpot(slot, outside.Spot[0]) with { Past = past };
    }

    private Brain WithSpot(Slot slot, double price)
    {
        var gap = slot.Index - SpotFrom.Index - Spot.Length;
        if (Spot.IsEmpty || gap < 0 || gap >= SpotsMost)
            return this with { SpotFrom = slot, Spot = [price] };
        var prices = Spot.ToBuilder();
        while (gap-- > 0)
            prices.Add(prices[Math.Max(0, prices.Count - 96)]); // what nobody told is as the day before
        prices.Add(price);
        var over = Math.Max(0, prices.Count - SpotsMost);
        return this with { SpotFrom = new(SpotFrom.Index + over), Spot = [.. prices.Skip(over)] };
    }
}
