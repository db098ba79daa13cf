using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>Where a device shows its own clock: in seconds since the beginning of a year, UTC, or field by field. It is only looked at: nothing is set by it.</summary>
public sealed record DeviceClock
{
    private const int FieldCount = 6;
    private const long QuarterMs = 15 * 60_000;

    /// <summary>The point that counts seconds since <see cref="SinceYear"/>; −1 where the fields tell.</summary>
    public int Seconds { get; init; } = -1;
    public int SinceYear { get; init; } = 1970;

    /// <summary>The points of year (two or four digits), month, day, hour, minute and second; empty where seconds are counted.</summary>
    public ImmutableArray<int> Fields { get; init; } = [];

    /// <summary>The device goes by its site's civil time. Its zone is not known to us, so whole quarter-hours, of which zones are made, do not count.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Whether a point is part of the clock.</summary>
    public bool Uses(int point) => point == Seconds || Fields.Contains(point);

    /// <summary>How far the device's clock goes before ours, to the second; null while it is not read, or says no date.</summary>
    /// <param name="point">A point as it is known now.</param>
    /// <param name="now">Our clock.</param>
    public TimeSpan? Ahead(Func<int, Sample> point, Instant now)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (Shown(point) is not { } shown)
            return null;
        var offMs = shown.At.UnixMilliseconds - (now.UnixMilliseconds - shown.AgeMs);
        if (IsLocal)
            offMs -= (offMs + (offMs < 0 ? -QuarterMs / 2 : QuarterMs / 2)) / QuarterMs * QuarterMs;
        return TimeSpan.FromSeconds(offMs / 1000);
    }

    private (Instant At, long AgeMs)? Shown(Func<int, Sample> point)
    {
        if (Seconds >= 0)
            return point(Seconds) is { IsKnown: true } counted
                ? (Instant.From(new(SinceYear, 1, 1, 0, 0, 0, TimeSpan.Zero)) + TimeSpan.FromSeconds(counted.Value), counted.Quality.AgeMs)
                : null;
        Span<int> told = stackalloc int[FieldCount];
        var age = 0L;
        for (var i = 0; i < FieldCount; i++)
        {
            var field = point(Fields[i]);
            if (!field.IsKnown)
                return null;
            (told[i], age) = ((int)field.Value, field.Quality.AgeMs);
        }
        var year = told[0] < 100 ? told[0] + 2000 : told[0];
        return year is < 1 or > 9999 || told[1] is < 1 or > 12 || told[2] < 1 || told[2] > DateTime.DaysInMonth(year, told[1]) || told[3] is < 0 or > 23 || told[4] is < 0 or > 59 || told[5] is < 0 or > 59
            ? null
            : (Instant.From(new(year, told[1], told[2], told[3], told[4], told[5], TimeSpan.Zero)), age);
    }
}
