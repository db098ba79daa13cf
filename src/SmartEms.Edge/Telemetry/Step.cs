using System.Globalization;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Telemetry;

/// <summary>How far apart the rows of an answer lie: a stretch on the UTC grid, or raw (every value as it was read).</summary>
internal readonly record struct Step(long Milliseconds)
{
    private const long Minute = 60_000;
    private const long Day = 86_400_000;
    private const long Longest = 366 * Day;

    public static Step Raw => default;

    public bool IsRaw => Milliseconds == 0;

    /// <summary>The coarsest tier the step can be put together from exactly.</summary>
    public TelemetryTier Tier =>
        IsRaw || Milliseconds % Minute != 0 ? TelemetryTier.Raw : Milliseconds % (15 * Minute) != 0 ? TelemetryTier.Minute : TelemetryTier.Quarter;

    /// <summary>"raw", or a count and s, m, h or d: 15m; null for anything else, and for what is longer than a year.</summary>
    public static Step? Parse(string text)
    {
        if (text == "raw")
            return Raw;
        if (text.Length < 2 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > Longest)
            return null;
        var unit = text[^1] switch { 's' => 1000, 'm' => Minute, 'h' => 60 * Minute, 'd' => Day, _ => 0 };
        return unit > 0 && count <= Longest / unit ? new(count * unit) : null;
    }

    /// <summary>What a span is shown in unless somebody says otherwise: never more than about ten thousand rows.</summary>
    public static Step For(TimeSpan span) => span.TotalHours switch
    {
        <= 2 => Raw,
        <= 6 * 24 => new(Minute),
        <= 100 * 24 => new(15 * Minute),
        _ => new(Day),
    };

    /// <summary>The start of the stretch that holds a moment; days begin at midnight UTC.</summary>
    public Instant Floor(Instant at) => IsRaw ? at : new(at.UnixMilliseconds - (((at.UnixMilliseconds % Milliseconds) + Milliseconds) % Milliseconds));

    /// <summary>The first start of a stretch that is not before a moment.</summary>
    public Instant Ceiling(Instant at) => IsRaw || Floor(at) == at ? at : new(Floor(at).UnixMilliseconds + Milliseconds);

    public override string ToString() => Milliseconds switch
    {
        0 => "raw",
        var all when all % Day == 0 => $"{all / Day}d",
        var all when all % (60 * Minute) == 0 => $"{all / (60 * Minute)}h",
        var all when all % Minute == 0 => $"{all / Minute}m",
        var all => $"{all / 1000}s",
    };

    /// <summary>How long one row of a tier stands for.</summary>
    public static Step Of(TelemetryTier tier) => tier switch
    {
        TelemetryTier.Raw => Raw,
        TelemetryTier.Minute => new(Minute),
        _ => new(15 * Minute),
    };
}
