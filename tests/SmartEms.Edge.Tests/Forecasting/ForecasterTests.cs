using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tests.Tidy;
using Xunit;

namespace SmartEms.Edge.Tests.Forecasting;

/// <summary>What the forecaster sees ahead, from little and from much.</summary>
public sealed class ForecasterTests
{
    private static readonly Past Hourly = Past.Empty(60, LocalClock.Utc);

    [Theory]
    [InlineData(60, 8)]
    [InlineData(15, 8)]
    [InlineData(60, 40)]
    public void The_hours_of_a_house_are_learnt(int minutes, int days)
    {
        var steps = 1_440 / minutes;
        var past = MadeUp.After(Past.Empty(minutes, LocalClock.Utc), days * steps, MadeUp.House);
        var outlook = Forecaster.Look(past, past.End, 2 * steps);
        MadeUp.AssertSound(outlook, 2 * steps);
        // Day 8 is a Tuesday, day 40 a Saturday.
        var at = days == 40 ? (Busy: 12, Quiet: 19) : (Busy: 19, Quiet: 12);
        Assert.True(outlook.Load.P50[at.Busy * 60 / minutes] > 1.5 * outlook.Load.P50[3 * 60 / minutes]);
        Assert.InRange(outlook.Pv.P50[12 * 60 / minutes], 1_800, 4_200);
        Assert.All(Enumerable.Range(0, 2 * steps).Where(step => step * minutes / 60 % 24 is < 7 or > 17), night => Assert.Equal(0, outlook.Pv.P90[night]));
    }

    [Fact]
    public void A_weekend_is_foretold_from_weekends()
    {
        var past = MadeUp.After(Hourly, 40 * 24, MadeUp.House); // goes on with Saturday
        var outlook = Forecaster.Look(past, past.End, 72);
        Assert.True(outlook.Load.P50[12] > outlook.Load.P50[19], "Saturday: busy at noon, quiet in the evening");
        Assert.True(outlook.Load.P50[48 + 19] > outlook.Load.P50[48 + 12], "Monday: the other way round");
    }

    [Fact]
    public void A_load_that_has_just_risen_is_expected_to_stay_for_a_while()
    {
        static (double, double) House(DateTime local, int step) => (500 + (400 * (((step / 7 * 31) + (step / 49)) % 3)), 0); // a level kept for seven hours
        var usual = MadeUp.After(Hourly, 60 * 24, House);
        var high = usual.After(usual.End, 1_300, 0);
        var low = usual.After(usual.End, 500, 0);
        Assert.True(Forecaster.Look(high, high.End, 1).Load.P50[0] > 200 + Forecaster.Look(low, low.End, 1).Load.P50[0]);
    }

    [Fact]
    public void Gaps_and_readings_that_are_missing_are_lived_with()
    {
        var past = Hourly;
        for (var step = 0; step < 30 * 24; step++)
        {
            var (load, pv) = MadeUp.House(MadeUp.Monday.ToDateTimeOffset().DateTime.AddHours(step), step);
            if (step is > 200 and < 260 || step % 11 == 0)
                continue; // left out
            past = past.After(MadeUp.At(past, step), step % 7 == 0 ? double.NaN : load, step % 5 == 0 ? double.NaN : pv);
        }
        Assert.Equal((30 * 24) - 1, past.Count); // the first step was left out, the last not
        var outlook = Forecaster.Look(past, past.End + TimeSpan.FromHours(3), 48);
        MadeUp.AssertSound(outlook, 48);
        Assert.InRange(outlook.Pv.P50[9], 1_500, 4_200); // from 03:00 on: noon
        Assert.InRange(outlook.Load.P50[16], 1_000, 2_400);
    }

    [Fact]
    public void Nothing_measured_gives_what_is_believed_of_the_site()
    {
        var morning = Instant.From(new(2021, 6, 21, 4, 0, 0, TimeSpan.Zero));
        var bare = Forecaster.Look(Hourly, morning, 48);
        MadeUp.AssertSound(bare, 48);
        Assert.All(bare.Pv.P90, watts => Assert.Equal(0, watts));

        var munich = Forecaster.Look(Hourly, morning, 48, new(LoadWatts: 600, PvPeakWatts: 8_000) { Latitude = 48.1, Longitude = 11.6 });
        MadeUp.AssertSound(munich, 48);
        Assert.Equal(600, munich.Load.P50[0], 150.0);
        Assert.Equal(7, munich.Pv.P90.Take(24).Select((watts, step) => (watts, step)).MaxBy(best => best.watts).step); // 11:30 UTC, 13:16 in summer time
        Assert.All(Enumerable.Range(16, 6), night => Assert.Equal(0, munich.Pv.P90[night])); // 20:00 to 02:00 UTC
    }

    [Fact]
    public void The_first_day_already_counts()
    {
        var past = MadeUp.After(Hourly, 20, MadeUp.House);
        var outlook = Forecaster.Look(past, past.End, 48, new(LoadWatts: 5_000));
        MadeUp.AssertSound(outlook, 48);
        Assert.All(outlook.Load.P50, watts => Assert.InRange(watts, 100, 2_500)); // what was measured, not what was believed
    }

    [Fact]
    public void What_is_measured_later_changes_no_earlier_outlook()
    {
        var past = MadeUp.After(Hourly, 50 * 24, MadeUp.House);
        var before = Forecaster.Look(past, past.End, 48);
        var after = past;
        for (var step = 0; step < 48; step++)
            after = after.After(after.End, 9_000, 9_000);
        Assert.NotEqual(before.Load.P50.AsEnumerable(), Forecaster.Look(after, after.End, 48).Load.P50);
        var again = Forecaster.Look(past, past.End, 48);
        Assert.Equal(before.Load.P50.AsEnumerable(), again.Load.P50);
        Assert.Equal(before.Pv.P10.AsEnumerable(), again.Pv.P10);
        Assert.Equal(before.Scenarios.SelectMany(path => path.Load), again.Scenarios.SelectMany(path => path.Load));
        Assert.Throws<ArgumentOutOfRangeException>(() => Forecaster.Look(after, past.End, 48));
    }

    [Fact]
    public void Load_follows_local_clocks_and_the_sun_does_not()
    {
        // Clocks go forward an hour on Sunday, 28 March 2021, at 01:00 UTC: that day has 92 quarter-hours. On 31 October one has 100.
        var spring = Instant.From(new(2021, 3, 28, 1, 0, 0, TimeSpan.Zero));
        var past = MadeUp.After(Past.Empty(15, new(60, spring, 120)), (int)((spring - MadeUp.Monday).TotalMinutes / 15) + (4 * 20), Clocked);
        var outlook = Forecaster.Look(past, past.End, 2 * 96); // from Sunday, 21:00 UTC
        MadeUp.AssertSound(outlook, 2 * 96);
        int OfMonday(int hour, int quarter) => ((3 + hour) * 4) + quarter; // UTC
        Assert.True(outlook.Load.P50[OfMonday(16, 1)] > 1_000, "18:15 in summer time is 16:15 UTC");
        Assert.True(outlook.Load.P50[OfMonday(15, 2)] < 1_000, "17:30 in summer time");
        Assert.Equal(0, outlook.Pv.P90[OfMonday(6, 3)]);
        Assert.True(outlook.Pv.P50[OfMonday(11, 0)] > 2_000);

        static (double, double) Clocked(DateTime local, int step)
        {
            var utc = MadeUp.Monday.ToDateTimeOffset().DateTime.AddMinutes(15 * step);
            return (local.Hour is >= 18 and < 21 ? 2_000 : 300, MadeUp.House(utc, step).Pv);
        }
    }

    [Fact]
    public void Wind_may_blow_at_night_and_harder_than_at_the_same_hour_before()
    {
        static (double, double) House(DateTime local, int step) => (300, 1_500 + (1_500 * MadeUp.Wobble(step / 9)));
        var past = MadeUp.After(Past.Empty(60, LocalClock.Utc, Production.Wind), 40 * 24, House);
        var outlook = Forecaster.Look(past, past.End, 48);
        MadeUp.AssertSound(outlook, 48);
        Assert.All(outlook.Pv.P90, watts => Assert.InRange(watts, 500, 4_000));
    }

    /// <summary>Long standstills, absurd peaks, and the same again: a regression that forgets must not run away meanwhile.</summary>
    [Fact]
    public void It_stays_sound_through_months_of_nothing_and_of_extremes()
    {
        var past = Hourly;
        for (var step = 0; step < 330 * 24; step++)
        {
            var (load, pv) = (step / 24) switch
            {
                < 60 => MadeUp.House(MadeUp.Monday.ToDateTimeOffset().DateTime.AddHours(step), step),
                < 150 => (0, 0),
                < 180 => (step % 3 == 0 ? 5e5 : 0, step % 24 == 12 ? 5e5 : 0),
                < 270 => (500, 0),
                _ => (500 + (100 * MadeUp.Wobble(step)), step % 24 is > 8 and < 16 ? 2_000 : 0),
            };
            past = past.After(MadeUp.At(past, step), load, pv);
            if (step % (15 * 24) == 0)
                MadeUp.AssertSound(Forecaster.Look(past, past.End, 48), 48);
        }
        var outlook = Forecaster.Look(past, past.End, 24);
        Assert.All(outlook.Load.P50, watts => Assert.InRange(watts, 400, 600));
        Assert.Equal(2_000, outlook.Pv.P50[12], 200.0);
    }

    /// <summary>A measured home, knowing only the past of each hour: a tenth of the outcomes lies below P10 and a tenth above P90.</summary>
    [Fact]
    public void Quantiles_hold_on_a_measured_home()
    {
        var trace = SiteTrace.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, "tests", "data", "energy", "homes", "fontana_05.csv")));
        var past = Hourly;
        var (inside, below, count) = (0, 0, 0);
        for (var now = 0; now < 120 * 24; now++)
        {
            if (now >= 28 * 24)
            {
                var outlook = Forecaster.Look(past, trace.Start + TimeSpan.FromHours(now), 1);
                count++;
                below += trace.LoadWatts[now] < outlook.Load.P10[0] ? 1 : 0;
                inside += trace.LoadWatts[now] >= outlook.Load.P10[0] && trace.LoadWatts[now] <= outlook.Load.P90[0] ? 1 : 0;
            }
            past = past.After(trace.Start + TimeSpan.FromHours(now), trace.LoadWatts[now], trace.PvWatts[now]);
        }
        Assert.InRange(100.0 * inside / count, 77, 83);
        Assert.InRange(100.0 * below / count, 7, 13);
    }
}
