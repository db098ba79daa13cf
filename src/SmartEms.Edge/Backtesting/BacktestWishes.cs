using System.Globalization;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Backtesting;

/// <summary>What a backtest is asked for.</summary>
internal sealed record BacktestWishes(string Trace)
{
    /// <summary>Contract prices, or day-ahead prices; exactly one of them.</summary>
    public string? Import { get; init; }
    public string? Spot { get; init; }
    public DateTime? SpotFrom { get; init; }
    public RetailPrices Retail { get; init; } = RetailPrices.German;
    public string? Carbon { get; init; }
    public string? Ev { get; init; }
    public string? EvUser { get; init; }
    public double EvPower { get; init; } = 11_000;

    /// <summary>When cars leave is foretold from the stays before.</summary>
    public bool EvForetold { get; init; }
    public Storage Storage { get; init; } = new(10_000, 5_000, 5_000);

    /// <summary>At the begin, 0–1.</summary>
    public double StartSoc { get; init; } = 0.5;

    /// <summary>The first and the last day that are scored; null = all but the warm-up and the last two.</summary>
    public DateTime? From { get; init; }
    public DateTime? To { get; init; }
    public bool TestWeeks { get; init; }
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;
    public const int HorizonHours = 36;

    /// <summary>"10kWh/5kW".</summary>
    public static (double Wh, double Watts) Battery(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && Amount(parts[0], "kWh") is { } energy && Amount(parts[1], "kW") is { } power
            ? (energy * 1000, power * 1000)
            : throw new Refusal(Exit.Usage, "battery_unclear", $"a battery is energy and power, not '{text}'", "as in 10kWh/5kW; 0kWh/0kW is none");
    }

    /// <summary>A share from "15%" or "0.15".</summary>
    public static double Share(string text) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && (text.EndsWith('%') ? number / 100 : number) is >= 0 and <= 1 and var share
            ? share
            : throw new Refusal(Exit.Usage, "share_unclear", $"'{text}' is no share", "as in 50% or 0.5");

    public static DateTime Day(string text) => DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw new Refusal(Exit.Usage, "day_unclear", $"'{text}' is no day", "as in 2021-08-02");

    private static double? Amount(string text, string unit) =>
        text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number is >= 0 and <= 1e6 ? number : null;
}
