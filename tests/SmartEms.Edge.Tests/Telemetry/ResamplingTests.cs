using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Telemetry;
using Xunit;

namespace SmartEms.Edge.Tests.Telemetry;

/// <summary>Rows put together over stretches of the UTC grid: exact, and honest about what is not known.</summary>
public class ResamplingTests
{
    private static readonly Step Quarter = Step.Parse("15m")!.Value;

    [Fact]
    public void A_stretch_has_the_weighted_mean_the_extremes_the_last_and_the_worst()
    {
        TelemetryRow[] rows =
        [
            new(StoredHouse.Start, 1, 10, 20, 12, Trust.Good, 60),
            new(StoredHouse.Start + TimeSpan.FromMinutes(1), 5, 40, 90, 7, Trust.Uncertain, 20),
            new(StoredHouse.Start + TimeSpan.FromMinutes(15), 3, 3, 3, 3, Trust.Good, 1),
        ];
        var all = Resampling.Every(rows, Quarter).ToArray();
        Assert.Equal(new(StoredHouse.Start, 1, 17.5, 90, 7, Trust.Uncertain, 80), all[0]);
        Assert.Equal(new(StoredHouse.Start + TimeSpan.FromMinutes(15), 3, 3, 3, 3, Trust.Good, 1), all[1]);
        Assert.Equal(2, all.Length);
    }

    [Fact]
    public void A_bad_row_says_nothing_but_that_it_was_bad()
    {
        var house = new StoredHouse();
        var point = house.Add("a/b", "W", [StoredHouse.Raw(0, 7), StoredHouse.Raw(1, 99_999, Trust.Bad), StoredHouse.Raw(2, 9, Trust.Uncertain), StoredHouse.Raw(900, 1, Trust.Bad)]);
        var rows = TierReading.Rows(house, point, (TelemetryTier.Raw, StoredHouse.Start, StoredHouse.Start + TimeSpan.FromHours(1)));
        var all = Resampling.Every(rows, Quarter).ToArray();
        Assert.Equal(new(StoredHouse.Start, 7, 8, 9, 9, Trust.Bad, 3), all[0]);
        Assert.Equal((Trust.Bad, 1, false), (all[1].Worst, all[1].Count, Resampling.HasValue(all[1])));
        Assert.True(double.IsNaN(all[1].Min) && double.IsNaN(all[1].Mean) && double.IsNaN(all[1].Max) && double.IsNaN(all[1].Last));
    }

    [Fact]
    public void Stretches_lie_on_the_utc_grid_through_a_change_of_the_clocks()
    {
        // Central European Summer Time ends at 01:00Z on 2026-10-25: two local hours are called two o'clock, and the day has 25.
        var day = Instant.From(new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.Zero));
        var rows = Enumerable.Range(0, 48).Select(i => new TelemetryRow(day + TimeSpan.FromMinutes(i * 30), i, i, i, i, Trust.Good, 1));
        var hours = Resampling.Every(rows, Step.Parse("1h")!.Value).ToArray();
        Assert.Equal(24, hours.Length);
        for (var i = 0; i < hours.Length; i++)
            Assert.Equal((day + TimeSpan.FromHours(i), 2, (2 * i) + 0.5), (hours[i].At, hours[i].Count, hours[i].Mean));
        Assert.Equal(day, Assert.Single(Resampling.Every(hours, Step.Parse("1d")!.Value)).At);
    }

    [Fact]
    public void Going_over_minutes_gives_what_going_over_samples_gives()
    {
        var dice = new Dice(7);
        var raw = Enumerable.Range(0, 5_000).Where(_ => dice.Below(4) > 0).Select(i => StoredHouse.Raw(i, dice.Below(100_000) / 8.0, dice.Below(50) == 0 ? Trust.Uncertain : Trust.Good)).ToArray();
        var direct = Resampling.Every(raw, Quarter).ToArray();
        var over = Resampling.Every(Resampling.Every(raw, Step.Parse("1m")!.Value), Quarter).ToArray();
        Assert.Equal(direct.Length, over.Length);
        for (var i = 0; i < direct.Length; i++)
        {
            Assert.Equal(direct[i] with { Mean = 0 }, over[i] with { Mean = 0 });
            Assert.Equal(direct[i].Mean, over[i].Mean, 1e-7);
            var stretch = raw.Where(row => Quarter.Floor(row.At) == direct[i].At).ToArray();
            Assert.Equal(stretch.Average(row => row.Mean), direct[i].Mean, 1e-7);
        }
    }

    [Fact]
    public void The_mean_of_equal_values_is_that_value_and_huge_ones_do_not_overflow()
    {
        var same = Resampling.Every(StoredHouse.Each(1, 900, _ => 0.1), Quarter).Single();
        Assert.Equal((0.1, 0.1, 0.1), (same.Min, same.Mean, same.Max));
        Assert.True(double.IsFinite(Resampling.Every(StoredHouse.Each(1, 900, _ => 1e308), Quarter).Single().Mean));
    }

    [Fact]
    public void Raw_is_left_as_it_is()
    {
        var rows = StoredHouse.Each(1, 5, i => i).ToArray();
        Assert.Equal(rows, Resampling.Every(rows, Step.Raw));
    }

    /// <summary>The tier holds what is finished; the stretch that still runs is put together from the finer ones, and nothing counts twice.</summary>
    [Fact]
    public void The_running_stretch_comes_from_the_finer_tiers()
    {
        var (house, raw) = (new StoredHouse(), StoredHouse.Each(1, 2_000, i => i).ToArray());
        var point = house.Add("a/b", "W", raw);
        house.Add("a/b", "W", Resampling.Every(raw, Step.Parse("1m")!.Value).Take(32), TelemetryTier.Minute);
        house.Add("a/b", "W", Resampling.Every(raw, Quarter).Take(2), TelemetryTier.Quarter);
        var all = Resampling.Every(TierReading.Rows(house, point, (TelemetryTier.Quarter, StoredHouse.Start, StoredHouse.Start + TimeSpan.FromDays(1))), Quarter).ToArray();
        Assert.Equal([900, 900, 200], all.Select(row => row.Count));
        Assert.Equal((1800.0, 1899.5, 1999.0, 1999.0), (all[2].Min, all[2].Mean, all[2].Max, all[2].Last));
    }

    [Theory]
    [InlineData("raw", "raw", TelemetryTier.Raw)]
    [InlineData("10s", "10s", TelemetryTier.Raw)]
    [InlineData("90s", "90s", TelemetryTier.Raw)]
    [InlineData("60s", "1m", TelemetryTier.Minute)]
    [InlineData("20m", "20m", TelemetryTier.Minute)]
    [InlineData("15m", "15m", TelemetryTier.Quarter)]
    [InlineData("1h", "1h", TelemetryTier.Quarter)]
    [InlineData("7d", "7d", TelemetryTier.Quarter)]
    public void A_step_is_read_and_knows_its_tier(string text, string said, TelemetryTier tier)
    {
        var step = Step.Parse(text)!.Value;
        Assert.Equal((said, tier), (step.ToString(), step.Tier));
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("0m")]
    [InlineData("-1m")]
    [InlineData("1.5h")]
    [InlineData("15")]
    [InlineData("15 m")]
    [InlineData("400d")]
    [InlineData("99999999999999999999s")]
    public void What_is_no_step_is_none(string text) => Assert.Null(Step.Parse(text));

    [Theory]
    [InlineData(2, "raw")]
    [InlineData(2.1, "1m")]
    [InlineData(144, "1m")]
    [InlineData(145, "15m")]
    [InlineData(9_000, "1d")]
    public void A_span_has_its_step(double hours, string step) => Assert.Equal(step, Step.For(TimeSpan.FromHours(hours)).ToString());

    [Fact]
    public void The_span_widens_to_whole_steps()
    {
        var query = new TelemetryQuery([], StoredHouse.Start + TimeSpan.FromSeconds(1), StoredHouse.Start + TimeSpan.FromMinutes(16), Quarter);
        Assert.Equal((StoredHouse.Start, StoredHouse.Start + TimeSpan.FromMinutes(30), 2L), (query.From, query.To, query.MostRows!.Value));
        Assert.Equal(new Instant(-900_000), Quarter.Floor(new(-1)));
    }
}
