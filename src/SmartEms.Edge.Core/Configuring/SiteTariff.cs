using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads what energy costs: one price, windows of the day, or the day-ahead market; and what peaks cost.</summary>
internal static class SiteTariff
{
    private const int MostWindows = 24;
    private const int MinutesPerDay = 1_440;

    private static readonly string[] Keys = ["currency", "import_per_kwh", "export_per_kwh", "windows", "spot", "demand"];
    private static readonly string[] WindowKeys = ["from", "to", "days", "import_per_kwh"];
    private static readonly string[] SpotKeys = ["file", "factor", "adder_per_kwh"];
    private static readonly string[] DemandKeys = ["price_per_kw", "period", "least_w"];
    private static readonly ImmutableArray<(string, BillingPeriod)> Periods = [("month", BillingPeriod.Month), ("year", BillingPeriod.Year)];
    private static readonly ImmutableArray<(string, TariffDays)> Days = [("all", TariffDays.All), ("workdays", TariffDays.Workdays), ("weekend", TariffDays.Weekend)];

    public static Tariff Read(NodeReader file)
    {
        if (file.Map("tariff", Keys) is not { } at)
            return Tariff.Unpriced;
        var currency = at.Text("currency", required: true) ?? "";
        if (currency.Length > 0 && (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper)))
            at.Note("currency", ProblemCodes.BadName, $"{Scalars.Shown(currency)} is not a currency", "three capital letters as in ISO 4217: EUR, CHF, GBP");
        var money = new Allowed(-100, 100, $"{currency}/kWh".TrimStart('/'));
        var tariff = new Tariff(
            currency,
            Price.FromPerKilowattHour(at.Number("import_per_kwh", money, required: true) ?? 0),
            Price.FromPerKilowattHour(at.Number("export_per_kwh", money, required: true) ?? 0))
        {
            Windows = [.. at.Maps("windows", MostWindows, WindowKeys).Select(window => Window(window, money))],
            Spot = at.Map("spot", SpotKeys) is { } spot ? Spot(spot, money) : null,
            Demand = at.Map("demand", DemandKeys) is { } demand ? Demand(demand, currency) : null,
        };
        if (tariff is { Spot: not null, Windows.IsEmpty: false })
            at.Note("windows", ProblemCodes.Contradiction, "prices come either from windows of the day or from the market", "take windows or spot away");
        return tariff;
    }

    private static TariffWindow Window(NodeReader at, Allowed money)
    {
        var (from, to) = (Minute(at, "from") ?? 0, Minute(at, "to") ?? 0);
        if (from == to && !at.IsFaulty("from") && !at.IsFaulty("to"))
            at.Note("to", ProblemCodes.Order, "a window ends when it begins", "as in from: \"16:00\", to: \"21:00\"; one that goes over midnight ends earlier than it begins");
        return new(from, to % MinutesPerDay, at.Word("days", Days) ?? TariffDays.All, Price.FromPerKilowattHour(at.Number("import_per_kwh", money, required: true) ?? 0));
    }

    private static SpotTerms Spot(NodeReader at, Allowed money) => new(
        at.Number("factor", new(0, 10)) ?? 1, Price.FromPerKilowattHour(at.Number("adder_per_kwh", money) ?? 0), at.Text("file", required: true) ?? "");

    /// <summary>Null where a kW costs nothing.</summary>
    private static DemandCharge? Demand(NodeReader at, string currency)
    {
        var price = at.Number("price_per_kw", new(0, 10_000, $"{currency}/kW".TrimStart('/')), required: true) ?? 0;
        var period = at.Word("period", Periods, required: true) ?? BillingPeriod.Year;
        var least = Power.FromWatts(at.Number("least_w", new(0, 10_000_000, "W")) ?? 0);
        return price > 0 ? new(price, period, least) : null;
    }

    /// <summary>"16:00" as a minute of the day; "24:00" is its end.</summary>
    private static int? Minute(NodeReader at, string key)
    {
        if (at.Text(key, required: true) is not { } text)
            return null;
        if (text.Length == 5 && text[2] == ':' && int.TryParse(text.AsSpan(0, 2), out var hour) && int.TryParse(text.AsSpan(3), out var minute)
            && hour is >= 0 and <= 24 && minute is >= 0 and <= 59 && (hour * 60) + minute <= MinutesPerDay)
            return (hour * 60) + minute;
        at.Note(key, ProblemCodes.OutOfRange, $"{Scalars.Shown(text)} is not a time of day", "as in \"16:00\", in quotes");
        return null;
    }
}
