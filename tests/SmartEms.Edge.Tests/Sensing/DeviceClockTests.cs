using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Sensing;

/// <summary>How far a device's own clock goes before ours.</summary>
public sealed class DeviceClockTests
{
    private static readonly Instant Noon = Instant.From(new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero));
    private static readonly DeviceClock Counted = new() { Seconds = 0, SinceYear = 2000 };
    private static readonly DeviceClock Told = new() { Fields = [0, 1, 2, 3, 4, 5], IsLocal = true };

    [Theory]
    [InlineData(0, 0)]
    [InlineData(95, 95)]
    [InlineData(-3_600, -3_600)]
    public void Seconds_since_a_year(int off, int ahead) =>
        Assert.Equal(ahead, Counted.Ahead(_ => Sample.Good((Noon - Instant.From(new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))).TotalSeconds + off), Noon)!.Value.TotalSeconds);

    [Fact]
    public void What_was_read_a_while_ago_was_right_then() =>
        Assert.Equal(0, Counted.Ahead(_ => new((Noon - Instant.From(new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))).TotalSeconds, Quality.Good(40_000)), Noon + TimeSpan.FromSeconds(40))!.Value.TotalSeconds);

    [Theory]
    [InlineData("26-6-15 14:00:20", 20)]
    [InlineData("2026-6-15 13:58:20", -100)]
    [InlineData("2026-6-15 17:44:50", -10)]
    public void Civil_time_counts_but_for_the_quarter_hours_of_its_zone(string shown, int ahead) => Assert.Equal(ahead, Ahead(shown)!.Value.TotalSeconds);

    [Theory]
    [InlineData("2026-2-30 12:00:00")]
    [InlineData("2026-0-0 0:00:00")]
    [InlineData("2026-6-15 12:61:00")]
    public void What_is_no_date_says_nothing(string shown) => Assert.Null(Ahead(shown));

    [Fact]
    public void Unknown_is_not_zero()
    {
        Assert.Null(Counted.Ahead(_ => Sample.Bad(BadReason.NeverRead), Noon));
        Assert.Null(Told.Ahead(point => point == 5 ? Sample.Bad(BadReason.NeverRead) : Sample.Good(1), Noon));
    }

    private static TimeSpan? Ahead(string shown)
    {
        var fields = shown.Split('-', ' ', ':').Select(double.Parse).ToArray();
        return Told.Ahead(point => Sample.Good(fields[point]), Noon);
    }
}
