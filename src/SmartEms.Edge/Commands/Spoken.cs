using SmartEms.Edge.Core.Quantities;
namespace SmartEms.Edge.Commands;

/// <summary>Values as a person reads them: always with a unit, and a dash with the reason where the value is not known.</summary>
internal static class Spoken
{
    /// <summary>Powers below this are called nothing: meters do not resolve them.</summary>
    private const double NothingW = 5;

    /// <summary>"8.41 kW".</summary>
    public static string Power(double watts)
    {
        var kilo = watts / 1000;
        var text = Math.Abs(kilo) < 99.995 ? $"{Math.Abs(kilo):0.00} kW" : $"{Math.Abs(kilo):0.0} kW";
        return kilo < -0.005 ? "−" + text : text;
    }

    /// <summary>"+1.24 kW import", "−0.80 kW export", "0.00 kW".</summary>
    public static string Directed(double watts, string positive, string negative) =>
        Math.Abs(watts) < NothingW ? "0.00 kW" : watts > 0 ? $"+{Power(watts)} {positive}" : $"{Power(watts)} {negative}";

    /// <summary>An amount of data in decimal units, as card makers count.</summary>
    public static string Volume(long bytes) => bytes switch
    {
        >= 10_000_000_000 => $"{bytes / 1e9:0} GB",
        >= 1_000_000 => $"{bytes / 1e6:0} MB",
        _ => $"{bytes / 1e3:0} kB",
    };

    public static string Energy(double wattHours) => $"{wattHours / 1000:0.0} kWh";

    /// <summary>A name and its value, or the name, a dash and why.</summary>
    public static Ink Flow(string name, double? value, Func<double, string> said, IDictionary<string, string> quality, string key) =>
        value is { } known ? $"{name} {said(known)}" : new Ink($"{name} – {quality.GetValueOrDefault(key, "")}".TrimEnd(), Tint.Warn);

    private static string GetValueOrDefault(this IDictionary<string, string> quality, string key, string fallback) =>
        quality.TryGetValue(key, out var said) ? said : fallback;

    /// <summary>"0.4 s", "74 s", "12 min", "3 h".</summary>
    public static string Age(double seconds) => seconds switch
    {
        < 10 => $"{seconds:0.0} s",
        < 180 => $"{seconds:0} s",
        < 10_800 => $"{Math.Floor(seconds / 60):0} min",
        _ => $"{Math.Floor(seconds / 3600):0} h",
    };

    /// <summary>"12 d 04:11".</summary>
    public static string Uptime(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Floor(seconds));
        var clock = $"{span.Hours:00}:{span.Minutes:00}";
        return span.Days > 0 ? $"{span.Days} d {clock}" : span.TotalMinutes < 1 ? $"{span.Seconds} s" : clock;
    }

    /// <summary>A share as a bar of <paramref name="cells"/> glyphs.</summary>
    public static string Bar(double percent, int cells = 20)
    {
        var full = (int)Math.Round(Math.Clamp(percent, 0, 100) / 100 * cells);
        return $"▕{new string('█', full)}{new string('░', cells - full)}▏";
    }

    public static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    /// <summary>Local time of day.</summary>
    public static string Clock(DateTime at, TimeZoneInfo zone, string form = "HH:mm") => TimeZoneInfo.ConvertTime(new DateTimeOffset(at), zone).ToString(form);

    /// <summary>Which of the day's quarter-hours a slot is; a day on which the clocks change has 92 or 100.</summary>
    public static string Place(DateTime slot, TimeZoneInfo zone)
    {
        var at = Instant.From(new(slot));
        var day = LocalDay.Of(at, zone);
        return $"{day.PlaceOf(Slot.Of(at)) + 1} of {day.Count}";
    }

    /// <summary>"2026-11-20 14:45–15:00 +01:00".</summary>
    public static string Span(DateTime from, DateTime to, TimeZoneInfo zone) => $"{Clock(from, zone, "yyyy-MM-dd HH:mm")}–{Clock(to, zone, "HH:mm zzz")}";

    public static Tint OfState(string state) => state switch
    {
        "running" or "up" => Tint.Good,
        "alarm" or "down" or "garbled" => Tint.Bad,
        _ => Tint.Warn,
    };

    public static Tint OfUrgency(string urgency) => urgency switch
    {
        "alarm" => Tint.Bad,
        "warning" => Tint.Warn,
        _ => Tint.None,
    };
}
