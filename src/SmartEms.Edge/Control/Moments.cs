using System.Globalization;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Control;

/// <summary>Reads moments: strictly for the API, kindly for people.</summary>
internal static class Moments
{
    private static readonly string[] Absolute = ["yyyy-MM-dd'T'HH:mm:ss.FFFK", "yyyy-MM-dd'T'HH:mmK"];
    private static readonly string[] Local = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>A date, a time and an offset or Z; null for anything else.</summary>
    public static Instant? Rfc3339(string text) =>
        HasOffset(text) && DateTimeOffset.TryParseExact(text, Absolute, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? Instant.From(at) : null;

    /// <summary>14:45 (the latest one that has been, in local time), 2026-11-20T14:45 (local), 2026-11-20T14:45Z, −2h; null when it is none of these.</summary>
    public static Instant? Said(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (Rfc3339(text) is { } absolute)
            return absolute;
        if (Ago(text) is { } ago)
            return ago <= now - DateTimeOffset.UnixEpoch ? Instant.From(now - ago) : null;
        if (DateTime.TryParseExact(text, Local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return At(local, zone);
        if (!TimeOnly.TryParseExact(text, ["H:mm", "HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return null;
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        var at = At(today + time.ToTimeSpan(), zone);
        return at <= Instant.From(now) ? at : At(today.AddDays(-1) + time.ToTimeSpan(), zone);
    }

    /// <summary>07:00 (the next one to come, in local time), 2026-11-20T07:00 (local), 2026-11-20T07:00Z; null when it is none of these or has been.</summary>
    public static Instant? ToCome(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (!TimeOnly.TryParseExact(text, ["H:mm", "HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return Ago(text) is null && Said(text, now, zone) is { } said && said > Instant.From(now) ? said : null;
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        var at = At(today + time.ToTimeSpan(), zone);
        return at > Instant.From(now) ? at : At(today.AddDays(1) + time.ToTimeSpan(), zone);
    }

    /// <summary>What <see cref="Said"/> understands, and 2h (ago), now, today, yesterday and 2026-11-20 (their first moment, local).</summary>
    public static Instant? Begun(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if ((Said(text, now, zone) ?? Back(text, now)) is { } said)
            return said;
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        return text switch
        {
            "now" => Instant.From(now),
            "today" => At(today, zone),
            "yesterday" => At(today.AddDays(-1), zone),
            _ => DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? At(day, zone) : null,
        };
    }

    /// <summary>2h or −2h: so long before now; null for anything else.</summary>
    public static Instant? Back(string text, DateTimeOffset now) =>
        (Ago(text) ?? Ago("-" + text)) is { } ago && ago <= now - DateTimeOffset.UnixEpoch ? Instant.From(now - ago) : null;

    private static Instant At(DateTime local, TimeZoneInfo zone) => Instant.From(new DateTimeOffset(local, zone.GetUtcOffset(local)));

    private static bool HasOffset(string text) =>
        text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':' && text.Contains('T'));

    private static TimeSpan? Ago(string text)
    {
        if (text.Length < 3 || text[0] is not ('-' or '−') || !int.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return null;
        return text[^1] switch
        {
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(Math.Min(count, 1_000_000)),
            'd' => TimeSpan.FromDays(Math.Min(count, 1_000_000)),
            _ => null,
        };
    }
}
