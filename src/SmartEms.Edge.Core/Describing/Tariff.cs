using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Describing;

/// <summary>On which days a price holds. The numbers stand in nothing that is stored.</summary>
public enum TariffDays : byte
{
    All = 0,

    /// <summary>Monday to Friday.</summary>
    Workdays = 1,
    Weekend = 2,
}

/// <summary>A stretch of the day with a price of its own.</summary>
/// <param name="FromMinute">Of the local day, 0–1439.</param>
/// <param name="ToMinute">The first minute it no longer holds; not after <paramref name="FromMinute"/> = it goes over midnight.</param>
public readonly record struct TariffWindow(int FromMinute, int ToMinute, TariffDays Days, Price Import)
{
    public bool Holds(Instant at, LocalClock clock)
    {
        var minute = clock.MinuteOfDay(at);
        var isInside = FromMinute < ToMinute ? minute >= FromMinute && minute < ToMinute : minute >= FromMinute || minute < ToMinute;
        return isInside && (Days == TariffDays.All || IsWorkday(clock.DayOf(at)) == (Days == TariffDays.Workdays));
    }

    /// <summary>Day 0 of local time was a Thursday.</summary>
    private static bool IsWorkday(long day) => ((((day + 3) % 7) + 7) % 7) < 5;
}

/// <summary>A price that follows the day-ahead market: factor × spot + adder.</summary>
/// <param name="Factor">Value added tax, as in 1.19.</param>
/// <param name="Adder">Fees and levies per kWh.</param>
/// <param name="File">Where the market's prices are found: CSV with utc and eur_per_mwh.</param>
public sealed record SpotTerms(double Factor, Price Adder, string File);

/// <summary>How long a billed peak stands. The numbers stand in nothing that is stored.</summary>
public enum BillingPeriod : byte
{
    Month = 0,
    Year = 1,
}

/// <summary>What peaks cost: of each billing period the quarter-hour with the highest mean import is billed.</summary>
/// <param name="PerKilowatt">Of that quarter-hour, for the whole period, in the site's currency.</param>
/// <param name="Period">Of the local calendar.</param>
/// <param name="Least">Is billed in any case.</param>
public sealed record DemandCharge(double PerKilowatt, BillingPeriod Period, Power Least)
{
    /// <summary>1970-01-01 as <see cref="DateOnly.DayNumber"/> counts.</summary>
    private const long EpochDay = 719_162;

    /// <summary>Which billing period a local day lies in, counted from any; days as <see cref="LocalClock.DayOf"/> counts them.</summary>
    public long PeriodOf(long day)
    {
        var date = DateOnly.FromDayNumber((int)Math.Clamp(day + EpochDay, DateOnly.MinValue.DayNumber, DateOnly.MaxValue.DayNumber));
        return Period == BillingPeriod.Year ? date.Year : (date.Year * 12L) + date.Month - 1;
    }
}

/// <summary>What energy costs: one price, prices by the time of day, or the day-ahead market's.</summary>
/// <param name="Import">Per kWh, where no window holds and no market price is known.</param>
/// <param name="Export">Per kWh.</param>
public sealed record Tariff(string Currency, Price Import, Price Export)
{
    public static Tariff Unpriced { get; } = new("EUR", Price.Zero, Price.Zero);

    /// <summary>The first that holds counts.</summary>
    public ImmutableArray<TariffWindow> Windows { get; init; } = [];

    public SpotTerms? Spot { get; init; }

    /// <summary>What the highest import costs besides; null = nothing.</summary>
    public DemandCharge? Demand { get; init; }

    /// <summary>One price at all times, peaks free, and nothing to be won by waiting.</summary>
    public bool IsFlat => Windows.IsEmpty && Spot is null && Demand is null;

    /// <param name="at">The moment.</param>
    /// <param name="clock">Local time.</param>
    /// <param name="spot">The market's price then, per kWh; null = not known.</param>
    public Price ImportAt(Instant at, LocalClock clock, double? spot)
    {
        if (Spot is { } terms && spot is { } known)
            return Price.FromPerKilowattHour((terms.Factor * known) + terms.Adder.PerKilowattHour);
        foreach (var window in Windows)
            if (window.Holds(at, clock))
                return window.Import;
        return Import;
    }

    /// <summary>Never more than what a kWh costs then.</summary>
    public Price ExportAt(Price import) => Spot is null ? Export : Price.Min(Export, import);
}
