using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>One stay of a car at a charger that has ended.</summary>
/// <param name="PluggedIn">Its begin.</param>
/// <param name="PluggedOut">Its end, later than its begin.</param>
/// <param name="ChargedWh">Wh taken from the charger, 0 or more.</param>
public sealed record EvStay(Instant PluggedIn, Instant PluggedOut, double ChargedWh);

/// <summary>A car that is plugged in: when it may leave, and how much it may need.</summary>
/// <param name="LeaveChance">For each step, the chance that a car still there leaves within it, 0–1.</param>
/// <param name="LeavesP10">By then a tenth of all such stays has ended; the end of the last step when fewer have.</param>
/// <param name="LeavesP50">By then half has ended.</param>
/// <param name="LeavesP90">By then nine tenths have ended.</param>
/// <param name="NeedsP50">Wh, of the whole stay: half need less.</param>
/// <param name="NeedsP80">Wh: four fifths need less. Who plans with it is seldom short.</param>
public sealed record EvOutlook(ImmutableArray<double> LeaveChance, Instant LeavesP10, Instant LeavesP50, Instant LeavesP90, double NeedsP50, double NeedsP80);

/// <summary>Foretells a stay from the earlier stays of the same user or charger: those that began at a like hour on a like day count most, and what is usual
/// everywhere stands in while there are few.</summary>
public static class EvForecast
{
    /// <summary>Older stays are not looked at.</summary>
    public const int StaysMost = 200;

    private const double MinutesPerHour = 60;
    private const int HoursPerDay = 24;

    /// <summary>A stay counts half when it began so many hours earlier or later in its day.</summary>
    private const double LikeHours = 3;

    /// <summary>What a stay counts when the day after it is free and the day after this one is not, or the other way round; and when the day itself is.</summary>
    private const double OtherNextDay = 0.3;
    private const double OtherDay = 0.8;

    /// <summary>Of the weight of the stay after it.</summary>
    private const double Ageing = 0.98;

    /// <summary>What is usual everywhere counts like one stay.</summary>
    private const double UsualWeight = 1;

    /// <summary>Departures this much before and after an hour count for it too, in hours.</summary>
    private const double Around = 0.75;

    private const int StaysForNeed = 3;
    private const double UsualNeedP50 = 9_000;
    private const double UsualNeedP80 = 20_000;

    /// <summary>A stay as this forecast sees it: hours from midnight of the day it began to its begin and end, and what it counts.</summary>
    private readonly record struct Weighed(double Begin, double End, double Weight, double ChargedWh);

    /// <summary>The outlook of a stay that goes on.</summary>
    /// <param name="stays">Of this user or charger; those that end after <paramref name="now"/> are not looked at.</param>
    /// <param name="pluggedIn">Begin of the stay.</param>
    /// <param name="now">Begin of the first step.</param>
    /// <param name="grid">Steps to look ahead, 1 or more, and their minutes.</param>
    /// <param name="clock">Local time.</param>
    public static EvOutlook Look(ImmutableArray<EvStay> stays, Instant pluggedIn, Instant now, (int Steps, int StepMinutes) grid, LocalClock clock)
    {
        var weighed = Weigh(stays, pluggedIn, now, clock);
        var begin = clock.MinuteOfDay(pluggedIn) / MinutesPerHour;
        var past = (now - pluggedIn).Ticks / (double)TimeSpan.TicksPerHour;
        var stepHours = grid.StepMinutes / MinutesPerHour;
        var chances = ImmutableArray.CreateBuilder<double>(grid.Steps);
        var (there, ends) = (1.0, new Instant[] { default, default, default });
        ReadOnlySpan<double> gone = [0.1, 0.5, 0.9];
        for (var step = 0; step < grid.Steps; step++)
        {
            var hour = begin + past + ((step + 0.5) * stepHours);
            var rate = Rate(weighed, begin, hour) * stepHours;
            chances.Add(rate / (1 + rate));
            there /= 1 + rate;
            for (var i = 0; i < gone.Length; i++)
                if (ends[i] == default && (1 - there >= gone[i] || step == grid.Steps - 1))
                    ends[i] = now + TimeSpan.FromMinutes((step + 1) * (long)grid.StepMinutes);
        }
        return new(chances.MoveToImmutable(), ends[0], ends[1], ends[2], Need(weighed, 0.5, UsualNeedP50), Need(weighed, 0.8, UsualNeedP80));
    }

    private static List<Weighed> Weigh(ImmutableArray<EvStay> stays, Instant pluggedIn, Instant now, LocalClock clock)
    {
        var begin = clock.MinuteOfDay(pluggedIn) / MinutesPerHour;
        var day = clock.DayOf(pluggedIn);
        var weighed = new List<Weighed>();
        var age = 1.0;
        for (var i = stays.Length - 1; i >= 0 && weighed.Count < StaysMost; i--)
        {
            var stay = stays[i];
            if (stay.PluggedOut > now || stay.PluggedOut <= stay.PluggedIn)
                continue;
            var began = clock.MinuteOfDay(stay.PluggedIn) / MinutesPerHour;
            var apart = Math.Abs(began - begin);
            apart = Math.Min(apart, HoursPerDay - apart) / LikeHours;
            var (its, here) = (clock.DayOf(stay.PluggedIn), day);
            var weight = age / (1 + (apart * apart)) * (IsFree(its + 1) == IsFree(here + 1) ? 1 : OtherNextDay) * (IsFree(its) == IsFree(here) ? 1 : OtherDay);
            weighed.Add(new(began, began + ((stay.PluggedOut - stay.PluggedIn).Ticks / (double)TimeSpan.TicksPerHour), weight, stay.ChargedWh));
            age *= Ageing;
        }
        return weighed;
    }

    /// <summary>Departures per hour among the cars still there.</summary>
    /// <param name="stays">Earlier ones.</param>
    /// <param name="begin">Of this stay, hours from midnight of its day.</param>
    /// <param name="hour">Looked at, likewise.</param>
    private static double Rate(List<Weighed> stays, double begin, double hour)
    {
        var whole = Math.Floor(hour);
        var (from, to) = (whole - Around, whole + 1 + Around);
        var (left, there) = (UsualWeight * Usual(whole + 0.5 - begin, (int)whole % HoursPerDay), UsualWeight);
        foreach (var stay in stays)
        {
            if (stay.End <= Math.Max(from, begin))
                continue;
            there += stay.Weight * (Math.Min(to, stay.End) - from);
            left += stay.End <= to ? stay.Weight : 0;
        }
        return left / there;
    }

    /// <summary>Usual departures per hour by how long a car is there already and the local hour: 5,701 stays in Trondheim, December 2018 to January 2020
    /// (Sørensen et al., Data in Brief 36:107105, CC BY 4.0).</summary>
    private static double Usual(double hoursThere, int hour) => hoursThere switch
    {
        < 1 => WithinAnHour[hour],
        < 3 => WithinThree[hour],
        < 6 => WithinSix[hour],
        _ => Later[hour],
    };

    private static readonly double[] WithinAnHour =
        [0.01, 0.01, 0.03, 0.01, 0.01, 0.02, 0.13, 0.15, 0.12, 0.06, 0.16, 0.09, 0.09, 0.09, 0.11, 0.08, 0.12, 0.15, 0.09, 0.07, 0.06, 0.05, 0.02, 0.02];

    private static readonly double[] WithinThree =
        [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.19, 0.08, 0.1, 0.17, 0.2, 0.2, 0.24, 0.25, 0.22, 0.15, 0.25, 0.19, 0.1, 0.1, 0.08, 0.05, 0.03];

    private static readonly double[] WithinSix =
        [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.04, 0.05, 0.11, 0.3, 0.1, 0.18, 0.19, 0.19, 0.29, 0.3, 0.2, 0.19, 0.15, 0.13, 0.08, 0.06, 0.06, 0.03];

    private static readonly double[] Later =
        [0.005, 0.005, 0.002, 0.002, 0.002, 0.003, 0.13, 0.38, 0.17, 0.15, 0.17, 0.19, 0.16, 0.14, 0.13, 0.15, 0.12, 0.13, 0.09, 0.05, 0.03, 0.03, 0.01, 0.01];

    private static double Need(List<Weighed> stays, double share, double usual)
    {
        if (stays.Count < StaysForNeed)
            return usual;
        var byEnergy = stays.ToArray();
        Array.Sort(byEnergy, (a, b) => a.ChargedWh.CompareTo(b.ChargedWh));
        var (all, sum) = (0.0, 0.0);
        foreach (var stay in byEnergy)
            all += stay.Weight;
        foreach (var stay in byEnergy)
            if ((sum += stay.Weight) >= share * all)
                return stay.ChargedWh;
        return byEnergy[^1].ChargedWh;
    }

    /// <summary>Saturday or Sunday; 1970-01-01 was a Thursday.</summary>
    private static bool IsFree(long day) => (day + 3) % 7 >= 5;
}
