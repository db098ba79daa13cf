namespace SmartEms.Edge.Core.Quantities;

/// <summary>How far local clocks are ahead of UTC now, and from when on by how much: plain numbers, so that a record can be thought again without the zone it was made in.</summary>
/// <param name="OffsetMinutes">Local time less UTC.</param>
/// <param name="ChangesAt">From this moment on <paramref name="LaterOffsetMinutes"/> holds; the default is a moment long past, with both offsets alike.</param>
/// <param name="LaterOffsetMinutes">Local time less UTC after the change.</param>
public readonly record struct LocalClock(int OffsetMinutes, Instant ChangesAt, int LaterOffsetMinutes)
{
    private const int HoursAhead = 72;

    public static LocalClock Utc => default;

    public static LocalClock Fixed(int offsetMinutes) => new(offsetMinutes, default, offsetMinutes);

    /// <summary>The clock of a zone around a moment: what holds then, and the first change within three days.</summary>
    public static LocalClock Of(Instant moment, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var hour = new Instant(moment.UnixMilliseconds - Rest(moment.UnixMilliseconds, 3_600_000));
        var now = Minutes(hour, zone);
        for (var ahead = 1; ahead <= HoursAhead; ahead++)
            if (Minutes(hour + TimeSpan.FromHours(ahead), zone) is var later && later != now)
                return new(now, hour + TimeSpan.FromHours(ahead), later);
        return Fixed(now);
    }

    public int OffsetAt(Instant moment) => moment < ChangesAt ? OffsetMinutes : LaterOffsetMinutes;

    /// <summary>Days since 1970-01-01 (a Thursday) in local time.</summary>
    public long DayOf(Instant moment) => Floor(Local(moment), 1_440);

    /// <summary>0–1,439, of the local day.</summary>
    public int MinuteOfDay(Instant moment) => (int)Rest(Local(moment), 1_440);

    /// <summary>The moment a local day begins, counted as <see cref="DayOf"/> counts.</summary>
    public Instant BeginOf(long day)
    {
        var midnight = new Instant(((day * 1_440) - LaterOffsetMinutes) * 60_000);
        return midnight >= ChangesAt ? midnight : new(((day * 1_440) - OffsetMinutes) * 60_000);
    }

    /// <summary>Minutes since 1970-01-01T00:00 local time.</summary>
    private long Local(Instant moment) => Floor(moment.UnixMilliseconds, 60_000) + OffsetAt(moment);

    private static int Minutes(Instant moment, TimeZoneInfo zone) => (int)(zone.GetUtcOffset(moment.ToDateTimeOffset()).Ticks / TimeSpan.TicksPerMinute);

    private static long Floor(long value, long by) => (value - Rest(value, by)) / by;

    private static long Rest(long value, long by) => ((value % by) + by) % by;
}
