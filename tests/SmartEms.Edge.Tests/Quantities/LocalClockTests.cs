using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Quantities;

/// <summary>Local time as plain numbers, over the changes of clocks.</summary>
public sealed class LocalClockTests
{
    [Theory]
    [InlineData("2021-03-27T12:10Z", 60, "2021-03-28T01:00Z", 120)]
    [InlineData("2021-10-30T12:10Z", 120, "2021-10-31T01:00Z", 60)]
    public void A_change_within_three_days_is_known_before(string now, int offset, string change, int later)
    {
        var clock = LocalClock.Of(At(now), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.Equal(new(offset, At(change), later), clock);
        Assert.Equal(offset, clock.OffsetAt(At(change) + TimeSpan.FromMinutes(-1)));
        Assert.Equal(later, clock.OffsetAt(At(change)));
    }

    [Fact]
    public void Far_from_any_change_it_is_fixed() =>
        Assert.Equal(LocalClock.Fixed(-480), LocalClock.Of(At("2021-01-15T12:00Z"), TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles")));

    [Fact]
    public void Days_and_minutes_are_of_local_time()
    {
        var clock = new LocalClock(60, At("2021-03-28T01:00Z"), 120);
        Assert.Equal(0, clock.MinuteOfDay(At("2021-03-27T23:00Z")));
        Assert.Equal(180, clock.MinuteOfDay(At("2021-03-28T01:00Z")));
        Assert.Equal(clock.DayOf(At("2021-03-27T22:59Z")) + 1, clock.DayOf(At("2021-03-27T23:00Z")));
        Assert.Equal(At("2021-03-28T22:00Z"), clock.BeginOf(clock.DayOf(At("2021-03-28T12:00Z")) + 1));
        Assert.Equal(At("2021-03-27T23:00Z"), clock.BeginOf(clock.DayOf(At("2021-03-28T12:00Z"))));
    }

    private static Instant At(string text) => Instant.From(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
}
