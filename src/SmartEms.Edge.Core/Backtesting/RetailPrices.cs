using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What a household pays and gets on top of the day-ahead price, and when it can know it.</summary>
/// <param name="Factor">Times the day-ahead price: value added tax.</param>
/// <param name="Adder">Per kWh: grid fees, levies, margin.</param>
/// <param name="FeedIn">Per kWh exported, or the import price where that is less.</param>
/// <param name="PublishedHour">From this local hour on the next day's prices are known.</param>
public readonly record struct RetailPrices(double Factor, double Adder, double FeedIn, int PublishedHour)
{
    public static RetailPrices German { get; } = new(1.19, 0.19, 0.08, 13);

    /// <param name="spot">Day-ahead price of each step, per kWh; the first step begins a local day.</param>
    /// <param name="stepMinutes">A divisor of 60.</param>
    public BacktestPrices Of(ReadOnlySpan<double> spot, int stepMinutes)
    {
        var (import, export) = (ImmutableArray.CreateBuilder<double>(spot.Length), ImmutableArray.CreateBuilder<double>(spot.Length));
        var known = ImmutableArray.CreateBuilder<int>(spot.Length);
        var (perHour, perDay) = (60 / stepMinutes, 24 * 60 / stepMinutes);
        for (var t = 0; t < spot.Length; t++)
        {
            import.Add((Factor * spot[t]) + Adder);
            export.Add(Math.Min(FeedIn, import[t]));
            var days = (t / perDay) + (t % perDay >= PublishedHour * perHour ? 2 : 1);
            known.Add(Math.Min(spot.Length, days * perDay));
        }
        return new(import.MoveToImmutable(), export.MoveToImmutable(), known.MoveToImmutable());
    }

    /// <summary>Prices that are known for as long as anyone looks: a contract's.</summary>
    public static BacktestPrices Contract(ImmutableArray<double> import, ImmutableArray<double> export)
    {
        var known = ImmutableArray.CreateBuilder<int>(import.Length);
        for (var t = 0; t < import.Length; t++)
            known.Add(import.Length);
        return new(import, export, known.MoveToImmutable());
    }
}
