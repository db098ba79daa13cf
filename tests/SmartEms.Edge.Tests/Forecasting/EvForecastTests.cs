using System.Collections.Immutable;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Forecasting;

/// <summary>When a car may leave and how much it may need, from earlier stays.</summary>
public sealed class EvForecastTests
{
    private static readonly (int, int) Day = (120, 15);

    /// <summary>Five weeks: every evening from 18:00 to 07:00, 10 kWh and a little more each day; on Friday and Saturday to 11:00 of the next day.</summary>
    private static ImmutableArray<EvStay> Weeks(int days) =>
    [
        .. Enumerable.Range(0, days).Select(day =>
        {
            var begin = MadeUp.Monday + TimeSpan.FromHours((24 * day) + 18);
            return new EvStay(begin, begin + TimeSpan.FromHours(day % 7 is 4 or 5 ? 17 : 13), 10_000 + (day * 100));
        }),
    ];

    private static Instant Evening(int day) => MadeUp.Monday + TimeSpan.FromHours((24 * day) + 18);

    [Fact]
    public void A_working_day_is_foretold_from_working_days_and_a_weekend_from_weekends()
    {
        var working = EvForecast.Look(new(Weeks(35), Evening(35), null, LocalClock.Utc), Evening(35), Day);
        var free = EvForecast.Look(new(Weeks(39), Evening(39), null, LocalClock.Utc), Evening(39), Day);
        Assert.InRange((working.LeavesP50 - Evening(36)).TotalHours, -12, -10); // 06:00 to 08:00
        Assert.InRange((free.LeavesP50 - Evening(40)).TotalHours, -9, -5);
        Assert.True(working.LeavesP10 <= working.LeavesP50 && working.LeavesP50 <= working.LeavesP90);
        Assert.True(working.LeavesP10 - Evening(35) > TimeSpan.FromHours(4), "nobody of 35 has left in the evening");
    }

    [Fact]
    public void Leaving_is_likelier_at_the_hour_the_car_always_left()
    {
        var outlook = EvForecast.Look(new(Weeks(35), Evening(35), null, LocalClock.Utc), Evening(35), Day);
        Assert.All(outlook.LeaveChance, chance => Assert.InRange(chance, 0, 1));
        Assert.True(outlook.LeaveChance[13 * 4] > 10 * outlook.LeaveChance[6 * 4]);
    }

    [Fact]
    public void A_car_that_is_still_there_is_seen_from_now()
    {
        var now = Evening(35) + TimeSpan.FromHours(14.5); // half past eight
        var outlook = EvForecast.Look(new(Weeks(35), Evening(35), null, LocalClock.Utc), now, Day);
        Assert.True(outlook.LeavesP10 > now);
    }

    [Fact]
    public void What_it_needs_is_seldom_more_than_told()
    {
        var outlook = EvForecast.Look(new(Weeks(35), Evening(35), null, LocalClock.Utc), Evening(35), Day);
        Assert.InRange(outlook.NeedsP50, 10_000, 13_400);
        Assert.InRange(outlook.NeedsP80, outlook.NeedsP50, 13_400);
    }

    [Fact]
    public void Without_history_what_is_usual_stands_in()
    {
        var outlook = EvForecast.Look(new([], Evening(0), null, LocalClock.Utc), Evening(0), Day);
        Assert.Equal(120, outlook.LeaveChance.Length);
        Assert.True(outlook.LeavesP10 - Evening(0) < TimeSpan.FromHours(2), "somebody unknown may be gone soon");
        Assert.InRange((outlook.LeavesP90 - Evening(0)).TotalHours, 8, 30);
        Assert.Equal(20_000, outlook.NeedsP80);
    }

    [Fact]
    public void What_has_not_ended_yet_is_not_known()
    {
        var stays = Weeks(35);
        var odd = new EvStay(Evening(34) + TimeSpan.FromHours(-1), Evening(40), 99_000);
        Assert.Equal(
            EvForecast.Look(new(stays, Evening(35), null, LocalClock.Utc), Evening(35), Day).LeaveChance.AsEnumerable(),
            EvForecast.Look(new(stays.Add(odd), Evening(35), null, LocalClock.Utc), Evening(35), Day).LeaveChance);
    }
}
