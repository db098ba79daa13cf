using System.Globalization;

namespace SmartEms.Edge.Core.Quantities;

/// <summary>A moment on the UTC axis, in whole milliseconds since 1970-01-01. Core is given instants, it never asks a clock.</summary>
public readonly record struct Instant(long UnixMilliseconds) : IComparable<Instant>
{
    public static Instant From(DateTimeOffset moment) => new(moment.ToUnixTimeMilliseconds());

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeMilliseconds(UnixMilliseconds);

    public int CompareTo(Instant other) => UnixMilliseconds.CompareTo(other.UnixMilliseconds);

    /// <summary>RFC 3339 in UTC with whole seconds, the form of every file and API.</summary>
    public override string ToString() => ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static Instant operator +(Instant a, TimeSpan b) => new(a.UnixMilliseconds + (b.Ticks / TimeSpan.TicksPerMillisecond));
    public static TimeSpan operator -(Instant a, Instant b) => TimeSpan.FromTicks((a.UnixMilliseconds - b.UnixMilliseconds) * TimeSpan.TicksPerMillisecond);
    public static bool operator <(Instant a, Instant b) => a.UnixMilliseconds < b.UnixMilliseconds;
    public static bool operator >(Instant a, Instant b) => a.UnixMilliseconds > b.UnixMilliseconds;
    public static bool operator <=(Instant a, Instant b) => a.UnixMilliseconds <= b.UnixMilliseconds;
    public static bool operator >=(Instant a, Instant b) => a.UnixMilliseconds >= b.UnixMilliseconds;
}
