using SmartEms.Edge.Control;
using Xunit;

namespace SmartEms.Edge.Tests.Control;

/// <summary>How people say when; the place is an hour east of Greenwich, in summer two.</summary>
public class MomentTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 13, 47, 15, TimeSpan.Zero); // 14:47 there

    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("There", TimeSpan.FromHours(1), "There", "There", "There in summer",
    [
        TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
    ]);

    [Theory]
    [InlineData("14:45", "2026-11-20T13:45:00Z")]
    [InlineData("14:48", "2026-11-19T13:48:00Z")] // has not been today: yesterday's
    [InlineData("0:05", "2026-11-19T23:05:00Z")]
    [InlineData("2026-11-20T14:45Z", "2026-11-20T14:45:00Z")]
    [InlineData("2026-11-20T14:45:30+02:00", "2026-11-20T12:45:30Z")]
    [InlineData("2026-11-20T14:45", "2026-11-20T13:45:00Z")]
    [InlineData("2026-07-20 14:45", "2026-07-20T12:45:00Z")]
    [InlineData("-2h", "2026-11-20T11:47:15Z")]
    [InlineData("−30m", "2026-11-20T13:17:15Z")]
    [InlineData("-1d", "2026-11-19T13:47:15Z")]
    public void It_understands(string said, string utc) => Assert.Equal(utc, Moments.Said(said, Now, Zone)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("25:00")]
    [InlineData("14:75")]
    [InlineData("2h")]
    [InlineData("-h")]
    [InlineData("-2x")]
    [InlineData("--2h")]
    [InlineData("-999999d")]
    [InlineData("-99999999999h")]
    [InlineData("2026-13-01T00:00Z")]
    [InlineData("2026-11-20")]
    [InlineData("yesterday")]
    public void It_does_not_guess(string said) => Assert.Null(Moments.Said(said, Now, Zone));

    [Theory]
    [InlineData("7:00", "2026-11-21T06:00:00Z")] // has been today: tomorrow's
    [InlineData("14:47", "2026-11-21T13:47:00Z")]
    [InlineData("14:48", "2026-11-20T13:48:00Z")]
    [InlineData("2026-11-21T07:00", "2026-11-21T06:00:00Z")]
    [InlineData("2026-11-20T18:00Z", "2026-11-20T18:00:00Z")]
    [InlineData("2026-11-20T14:45", null)] // has been
    [InlineData("-2h", null)]
    [InlineData("soon", null)]
    public void What_is_to_come_is_the_next(string said, string? utc) => Assert.Equal(utc, Moments.ToCome(said, Now, Zone)?.ToString());

    [Theory]
    [InlineData("2026-11-20T14:45")]
    [InlineData("14:45")]
    [InlineData("-2h")]
    public void The_api_wants_the_offset_written(string said) => Assert.Null(Moments.Rfc3339(said));
}
