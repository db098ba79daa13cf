namespace SmartEms.Edge.Core.Quantities;

/// <summary>A calendar day of a place as slots: 96 of them, 92 or 100 where the clocks change by an hour. Tariffs and day views count by it; control knows slots only.</summary>
public readonly record struct LocalDay(Slot First, int Count)
{
    /// <summary>The day that holds a moment.</summary>
    public static LocalDay Of(Instant moment, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return Of(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment.ToDateTimeOffset(), zone).DateTime), zone);
    }

    public static LocalDay Of(DateOnly day, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var (first, next) = (Slot.Of(Begin(day, zone)), Slot.Of(Begin(day.AddDays(1), zone)));
        return new(first, (int)(next.Index - first.Index));
    }

    /// <summary>The slot's place in the day, from 0; on the day with 100 the repeated hour has places of its own.</summary>
    public int PlaceOf(Slot slot) => (int)(slot.Index - First.Index);

    /// <summary>Midnight, or the first moment after it where a change of clocks skips it; of two midnights the earlier.</summary>
    private static Instant Begin(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        var offset = zone.GetUtcOffset(midnight);
        if (zone.IsAmbiguousTime(midnight))
            foreach (var one in zone.GetAmbiguousTimeOffsets(midnight))
                offset = one > offset ? one : offset;
        return Instant.From(new(midnight, offset));
    }
}
