using SmartEms.Edge.Core.Backtesting;

namespace SmartEms.Edge.Backtesting;

/// <summary>Prices from a file, laid onto the steps of a trace.</summary>
internal static class PriceFile
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>A contract's prices: columns local_time (or utc), import_per_kwh, export_per_kwh.</summary>
    public static BacktestPrices Contract(string path, LocalSteps steps)
    {
        var isUtc = Table.Has(path, "utc");
        var rows = Table.Read(path, "tariff_invalid", isUtc ? "utc" : "local_time", "import_per_kwh", "export_per_kwh");
        var prices = new SortedList<DateTime, (double Import, double Export)>(rows.Count);
        foreach (var row in rows)
            prices[Table.Moment(path, row, 0)] = (Table.Number(path, row, 1, "import_per_kwh"), Table.Number(path, row, 2, "export_per_kwh"));
        var found = new (double Import, double Export)[steps.Count];
        var holds = Spacing(prices.Keys);
        for (var i = 0; i < found.Length; i++)
            found[i] = Find(prices, isUtc ? Utc(steps, i, path) : steps[i], holds) is { } price ? price : throw Missing(path, isUtc ? steps.Utc![i] : steps[i], "tariff_too_short");
        return RetailPrices.Contract([.. found.Select(price => price.Import)], [.. found.Select(price => price.Export)]);
    }

    /// <summary>Day-ahead prices: columns utc, eur_per_mwh.</summary>
    /// <param name="path">The file.</param>
    /// <param name="steps">Of the trace.</param>
    /// <param name="from">The day of the market whose prices the trace's first day gets; null = its own date.</param>
    /// <param name="retail">What a household pays on top.</param>
    public static BacktestPrices Spot(string path, LocalSteps steps, DateTime? from, RetailPrices retail)
    {
        var prices = new SortedList<DateTime, double>();
        foreach (var row in Table.Read(path, "prices_invalid", "utc", "eur_per_mwh"))
            prices[Table.Moment(path, row, 0)] = Table.Number(path, row, 1, "eur_per_mwh") / 1000;
        var holds = Spacing(prices.Keys);
        var (import, export) = (new double[steps.Count], new double[steps.Count]);
        var shift = (from ?? steps[0].Date) - steps[0].Date;
        double? before = null;
        for (var i = 0; i < import.Length; i++)
        {
            var utc = from is null && steps.Utc is { } known ? known[i] : UtcInBerlin(steps[i] + shift);
            // The hour that Berlin's clocks skip has the price of the one before it.
            before = utc is { } at ? Mean(prices, (at, steps.Span), holds) ?? throw Missing(path, at, "prices_too_short") : before ?? throw Missing(path, steps[i] + shift, "prices_too_short");
            import[i] = (retail.Factor * before.Value) + retail.Adder;
            export[i] = Math.Min(retail.FeedIn, import[i]);
        }
        return new([.. import], [.. export], [.. steps.KnownUntil(retail.PublishedHour)]);
    }

    /// <summary>kg CO₂ per kWh: columns local_time (or utc), kg_co2_per_kwh.</summary>
    public static double[] Carbon(string path, LocalSteps steps)
    {
        var isUtc = Table.Has(path, "utc");
        var found = new SortedList<DateTime, double>();
        foreach (var row in Table.Read(path, "carbon_invalid", isUtc ? "utc" : "local_time", "kg_co2_per_kwh"))
            found[Table.Moment(path, row, 0)] = Table.Number(path, row, 1, "kg_co2_per_kwh");
        var holds = Spacing(found.Keys);
        return [.. Enumerable.Range(0, steps.Count).Select(i => Find(found, isUtc ? Utc(steps, i, path) : steps[i], holds) ?? throw Missing(path, steps[i], "carbon_too_short"))];
    }

    private static DateTime Utc(LocalSteps steps, int step, string path) => steps.Utc is { } utc
        ? utc[step]
        : throw new Refusal(Exit.ConfigurationInvalid, "times_differ", $"{path} tells UTC, the trace local time", "use a file with local_time, or a trace with utc");

    /// <summary>Null in the hour that is skipped; of an hour that comes twice the first counts.</summary>
    private static DateTime? UtcInBerlin(DateTime local)
    {
        if (Berlin.IsInvalidTime(local))
            return null;
        var offset = Berlin.IsAmbiguousTime(local) ? Berlin.GetAmbiguousTimeOffsets(local).Max() : Berlin.GetUtcOffset(local);
        return local - offset;
    }

    /// <summary>How long a price holds: the usual distance of two rows.</summary>
    private static TimeSpan Spacing(IList<DateTime> times)
    {
        var least = TimeSpan.FromHours(1);
        for (var i = 1; i < times.Count; i++)
            least = times[i] - times[i - 1] < least ? times[i] - times[i - 1] : least;
        return least;
    }

    /// <summary>The value of the row a moment lies in; null where there is none.</summary>
    private static T? Find<T>(SortedList<DateTime, T> rows, DateTime at, TimeSpan holds)
        where T : struct
    {
        var ticks = at.Ticks - (at.Ticks % holds.Ticks);
        return rows.TryGetValue(new(ticks), out var value) ? value : null;
    }

    /// <summary>Over a step that is longer than a price holds, the mean of those in it.</summary>
    private static double? Mean(SortedList<DateTime, double> rows, (DateTime At, TimeSpan Span) step, TimeSpan holds)
    {
        var (sum, count) = (0.0, 0);
        for (var at = step.At; at < step.At + step.Span; at += holds)
        {
            if (Find(rows, at, holds) is not { } value)
                return null;
            (sum, count) = (sum + value, count + 1);
        }
        return sum / count;
    }

    private static Refusal Missing(string path, DateTime at, string code) => new(
        Exit.ConfigurationInvalid, code, $"{path} has no row for {at:yyyy-MM-dd HH:mm}", "the prices must cover the whole trace; --spot-from lays them onto it from another day, --to ends earlier");
}
