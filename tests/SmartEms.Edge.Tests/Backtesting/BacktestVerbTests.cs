using System.Globalization;
using System.Text;
using SmartEms.Edge.Backtesting;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;
using Xunit;

namespace SmartEms.Edge.Tests.Backtesting;

/// <summary>smartems backtest reads what people have: other steps, gaps, negative prices, days of 92 and 100 quarter-hours; what it cannot use it refuses with the line.</summary>
public sealed class BacktestVerbTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("se-bt-");

    public void Dispose() => folder.Delete(recursive: true);

    private string File(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private string Home(int days, int minutes = 60, bool isUtc = false, Func<int, bool>? leaves = null)
    {
        var csv = new StringBuilder(isUtc ? "utc,load_w,pv_w\n" : "local_time,load_w,pv_w\n");
        var begin = new DateTime(2024, 3, 4);
        for (var i = 0; i < days * 1_440 / minutes; i++)
            if (leaves?.Invoke(i) != true)
                csv.Append(CultureInfo.InvariantCulture, $"{begin.AddMinutes(i * minutes):yyyy-MM-ddTHH:mm}{(isUtc ? "Z" : "")},{400 + (i * 7 % 900)},{(i * minutes / 60 % 24 is > 8 and < 17 ? 2_000 : 0)}\n");
        return File("home.csv", csv.ToString());
    }

    private string Prices(Func<int, double> perMwh, int days = 60)
    {
        var csv = new StringBuilder("utc,eur_per_mwh\n");
        var begin = new DateTime(2024, 3, 3);
        for (var hour = 0; hour < days * 24; hour++)
            csv.Append(CultureInfo.InvariantCulture, $"{begin.AddHours(hour):yyyy-MM-ddTHH:mm}Z,{perMwh(hour)}\n");
        return File("prices.csv", csv.ToString());
    }

    private static IReadOnlyList<BacktestScore> Scores(BacktestWishes wishes)
    {
        var run = BacktestRun.Of(wishes);
        return BacktestScores.Of(run, TimeProvider.System, Contestants.Of(run)).Scores;
    }

    [Fact]
    public void Every_controller_is_scored_and_perfect_foresight_pays_least()
    {
        var scores = Scores(new(Home(40)) { Spot = Prices(hour => hour % 24 < 6 ? 20 : hour % 24 is > 16 and < 21 ? 250 : 90), Zone = TimeZoneInfo.Utc });
        Assert.Equal(["no-control", "rule", "price-rule", "plan-deterministic", "plan", "policy", "perfect-foresight"], scores.Select(one => one.Name));
        Assert.All(scores, one => Assert.True(one.Cost >= scores[^1].Cost - 1e-6, $"{one.Name} pays {one.Cost}, less than perfect foresight {scores[^1].Cost}"));
        Assert.Equal((0.0, 1.0, 0.0, 1.0), (scores[0].R1!.Value, scores[^1].R1!.Value, scores[1].R2!.Value, scores[^1].R2!.Value));
        Assert.True(scores[4].R2 > 0.3, $"the plan reaches {scores[4].R2}");
    }

    [Fact]
    public void Negative_prices_a_battery_of_nothing_and_gaps_are_lived_through()
    {
        var scores = Scores(new(Home(40, leaves: i => i is > 700 and < 720)) { Spot = Prices(hour => hour % 24 is > 10 and < 14 ? -400 : 60), Zone = TimeZoneInfo.Utc, Storage = new(0, 0, 0) });
        Assert.All(scores, one => Assert.Equal(scores[0].Cost, one.Cost, 6));
        Assert.All(scores, one => Assert.Null(one.R1));
    }

    /// <summary>A trace in UTC through the night of March in Berlin, in quarter-hours: its local day has 92 of them, and tomorrow's prices are out at 13:00 local time.</summary>
    [Fact]
    public void A_day_of_92_quarter_hours_is_a_day()
    {
        var run = BacktestRun.Of(new(Home(35, minutes: 15, isUtc: true)) { Spot = Prices(_ => 50), Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") });
        var day = Enumerable.Range(0, run.Local.Days).Single(d => run.Local[run.Local.FirstOf(d)].Date == new DateTime(2024, 3, 31));
        Assert.Equal(92, run.Local.FirstOf(day + 1) - run.Local.FirstOf(day));
        var noon = run.Local.FirstOf(day) + (11 * 4);
        Assert.Equal(new TimeSpan(12, 0, 0), run.Local[noon].TimeOfDay);
        Assert.Equal(run.Local.FirstOf(day + 1), run.Trace.Prices.KnownUntil[noon]);
        Assert.Equal(run.Local.FirstOf(day + 2), run.Trace.Prices.KnownUntil[noon + 4]);
    }

    [Theory]
    [InlineData(3, 60, "trace_short", "has 3 days")]
    [InlineData(40, 7, "trace_invalid", "the step is 7 min")]
    public void What_cannot_be_used_is_refused(int days, int minutes, string code, string words)
    {
        var refusal = Assert.Throws<Refusal>(() => BacktestRun.Of(new(Home(days, minutes)) { Spot = Prices(_ => 50), Zone = TimeZoneInfo.Utc }));
        Assert.Equal(code, refusal.Code);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.NotEqual("", refusal.Hint);
    }

    [Fact]
    public void Prices_that_end_too_early_are_refused_with_the_hour()
    {
        var refusal = Assert.Throws<Refusal>(() => BacktestRun.Of(new(Home(40)) { Spot = Prices(_ => 50, days: 20), Zone = TimeZoneInfo.Utc }));
        Assert.Equal("prices_too_short", refusal.Code);
        Assert.Contains("2024-03-2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cars_that_are_there_at_once_wait_their_turn_and_other_years_are_moved_by_weeks()
    {
        var sessions = File("ev.csv", "user,plug_in_local,plug_out_local,energy_wh\na,2019-01-07T18:00,2019-01-08T07:00,12000\nb,2019-01-07T20:00,2019-01-08T06:00,9000\na,2019-01-09T18:00,2019-01-10T07:00,8000\n");
        var run = BacktestRun.Of(new(Home(40)) { Spot = Prices(_ => 50), Zone = TimeZoneInfo.Utc, Ev = sessions });
        Assert.Equal((2, 1), (run.Trace.Sessions.Length, run.SessionsLeftOut));
        Assert.Equal(DayOfWeek.Monday, run.Local[run.Trace.Sessions[0].Arrives].DayOfWeek);
        Assert.Equal(18, run.Local[run.Trace.Sessions[0].Arrives].Hour);
    }

    [Theory]
    [InlineData("10kWh/5kW", 10_000, 5_000)]
    [InlineData("0kWh/0kW", 0, 0)]
    public void A_battery_is_energy_and_power(string text, double energy, double power) => Assert.Equal((energy, power), BacktestWishes.Battery(text));

    [Theory]
    [InlineData("10")]
    [InlineData("10kWh")]
    [InlineData("-1kWh/5kW")]
    [InlineData("tenkWh/5kW")]
    public void Anything_else_is_refused(string text) => Assert.Equal("battery_unclear", Assert.Throws<Refusal>(() => BacktestWishes.Battery(text)).Code);
}
