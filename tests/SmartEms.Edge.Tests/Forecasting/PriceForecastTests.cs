using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Forecasting;

/// <summary>Published prices, and the guess where none are published yet.</summary>
public sealed class PriceForecastTests
{
    /// <summary>Ten days from Monday, 4 January 2021, on: the day's number, and its hour in hundredths.</summary>
    private static PublishedPrices Published(Instant until) => new(
        MadeUp.Monday,
        60,
        [.. Enumerable.Range(0, 240).Select(hour => (hour / 24) + (hour % 24 / 100.0))],
        [.. Enumerable.Range(0, 240).Select(hour => -(double)(hour / 24))],
        [],
        until);

    [Theory]
    [InlineData("2021-01-04T11:59Z", "2021-01-04T23:00Z")]
    [InlineData("2021-01-04T12:00Z", "2021-01-05T23:00Z")]
    [InlineData("2021-01-04T23:30Z", "2021-01-05T23:00Z")]
    public void The_next_day_is_visible_from_one_in_the_afternoon_of_local_time(string now, string until) =>
        Assert.Equal(At(until), PriceForecast.VisibleUntil(At(now), LocalClock.Fixed(60)));

    [Fact]
    public void The_day_clocks_change_ends_at_its_own_midnight()
    {
        var spring = At("2021-03-28T01:00Z");
        Assert.Equal(At("2021-03-28T22:00Z"), PriceForecast.VisibleUntil(At("2021-03-28T08:00Z"), new(60, spring, 120)));
        Assert.Equal(At("2021-03-27T23:00Z"), PriceForecast.VisibleUntil(At("2021-03-27T08:00Z"), new(60, spring, 120)));
        Assert.Equal(At("2021-03-28T22:00Z"), PriceForecast.VisibleUntil(At("2021-03-27T13:00Z"), new(60, spring, 120)));
    }

    [Fact]
    public void What_is_not_published_is_the_mean_of_the_same_hour_of_seven_days()
    {
        var prices = PriceForecast.Look(Published(MadeUp.Monday + TimeSpan.FromDays(8)), MadeUp.Monday + TimeSpan.FromHours((7 * 24) + 20), 34, 60);
        Assert.Equal(4, prices.KnownSteps);
        Assert.Equal(7.23, prices.Import[3], 1e-9);
        Assert.Equal(4.0, prices.Import[4], 1e-9); // days 1 to 7, though the row holds day 8
        Assert.Equal(4.23, prices.Import[27], 1e-9);
        Assert.Equal(4.0, prices.Import[28], 1e-9); // a day later: of the same days
        Assert.Equal(-4, prices.Export[10], 1e-9);
        Assert.Empty(prices.Carbon);
    }

    [Fact]
    public void Hours_serve_quarter_hours_and_quarter_hours_serve_hours()
    {
        var quarters = PriceForecast.Look(Published(MadeUp.Monday + TimeSpan.FromDays(9)), MadeUp.Monday, 6, 15);
        Assert.Equal([0, 0, 0, 0, 0.01, 0.01], quarters.Import.AsEnumerable());
        Assert.Equal(6, quarters.KnownSteps);
        var fine = Published(MadeUp.Monday + TimeSpan.FromDays(1)) with { StepMinutes = 15 };
        Assert.Equal(0.015, PriceForecast.Look(fine, MadeUp.Monday, 2, 60).Import[0], 1e-9);
    }

    [Fact]
    public void Little_or_nothing_published_is_no_error()
    {
        var start = MadeUp.Monday + TimeSpan.FromHours(2);
        var little = PriceForecast.Look(Published(start), start, 3, 60);
        Assert.Equal([0.005, 0.005, 0.005], little.Import.Select(price => Math.Round(price, 9)));
        Assert.Equal(0, little.KnownSteps);
        Assert.Equal([0, 0], PriceForecast.Look(Published(MadeUp.Monday), start, 2, 60).Import.AsEnumerable());
    }

    private static Instant At(string text) => Instant.From(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
}
