using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Quantities;

/// <summary>T2: days of 92, 96 and 100 slots, each with a place of its own.</summary>
public sealed class LocalDayTests
{
    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29", 92)]
    [InlineData("Europe/Berlin", "2026-10-25", 100)]
    [InlineData("Europe/Berlin", "2028-02-29", 96)]
    [InlineData("Europe/Berlin", "2026-12-31", 96)]
    [InlineData("Europe/London", "2027-03-28", 92)]
    [InlineData("America/New_York", "2026-11-01", 100)]
    [InlineData("Australia/Lord_Howe", "2026-10-04", 94)]
    [InlineData("Australia/Lord_Howe", "2027-04-04", 98)]
    [InlineData("Asia/Kathmandu", "2026-06-21", 96)]
    [InlineData("America/Havana", "2026-03-08", 92)]
    [InlineData("UTC", "2026-03-29", 96)]
    public void T2_a_day_has_its_slots(string zone, string day, int slots) =>
        Assert.Equal(slots, LocalDay.Of(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone)).Count);

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/Havana")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Pacific/Chatham")]
    public void T2_days_lie_end_to_end_over_years_and_every_slot_has_one_place(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var day = new DateOnly(2024, 1, 1);
        for (var before = LocalDay.Of(day.AddDays(-1), zone); day.Year < 2031; day = day.AddDays(1))
        {
            var now = LocalDay.Of(day, zone);
            Assert.Equal(before.First.Index + before.Count, now.First.Index);
            Assert.Equal(now, LocalDay.Of(now.First.Start, zone));
            var last = new Slot(now.First.Index + now.Count - 1);
            Assert.Equal((0, now.Count - 1), (now.PlaceOf(now.First), now.PlaceOf(last)));
            Assert.Equal(now, LocalDay.Of(last.Start, zone));
            before = now;
        }
    }
}
