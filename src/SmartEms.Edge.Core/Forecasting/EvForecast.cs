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

/// <summary>Foretells a stay from the earlier stays of the same user or charger: the departure by what many users' stays have taught (<see cref="LeaveTrees"/>), the need from
/// those that began at a like hour on a like day; what is usual stands in while there are few.</summary>
public static class EvForecast
{
    private const double MinutesPerHour = 60;
    private const int StaysForNeed = 3;
    private const double UsualNeedP50 = 9_000;
    private const double UsualNeedP80 = 20_000;

    /// <summary>The outlook of a stay that goes on.</summary>
    /// <param name="stay">The stay, and those of this user or charger before it.</param>
    /// <param name="now">Begin of the first step.</param>
    /// <param name="grid">Steps to look ahead, 1 or more, and their minutes.</param>
    /// <param name="trees">Other ones than those that ship.</param>
    public static EvOutlook Look(StayQuestion stay, Instant now, (int Steps, int StepMinutes) grid, LeaveTrees? trees = null)
    {
        var (features, row) = (new StayFeatures(stay), new float[StayFeatures.Count]);
        var past = (now - stay.PluggedIn).Ticks / (double)TimeSpan.TicksPerHour;
        var half = grid.StepMinutes / MinutesPerHour / 2;
        var chances = ImmutableArray.CreateBuilder<double>(grid.Steps);
        var (there, ends) = (1.0, new Instant[] { default, default, default });
        ReadOnlySpan<double> gone = [0.1, 0.5, 0.9];
        for (var step = 0; step < grid.Steps; step++)
        {
            features.Write(past + (((2 * step) + 1) * half), LeaveTrees.StepHours / 2, row);
            var chance = (trees ?? LeaveTrees.Shipped).Chance(row);
            var odds = chance / (1 - chance) * (2 * half / LeaveTrees.StepHours);
            chances.Add(odds / (1 + odds));
            there /= 1 + odds;
            for (var i = 0; i < gone.Length; i++)
                if (ends[i] == default && (1 - there >= gone[i] || step == grid.Steps - 1))
                    ends[i] = now + TimeSpan.FromMinutes((step + 1) * (long)grid.StepMinutes);
        }
        return new(chances.MoveToImmutable(), ends[0], ends[1], ends[2], Need(features.Like, 0.5, UsualNeedP50), Need(features.Like, 0.8, UsualNeedP80));
    }

    private static double Need(IEnumerable<(double Weight, double ChargedWh)> stays, double share, double usual)
    {
        var byEnergy = stays.ToArray();
        if (byEnergy.Length < StaysForNeed)
            return usual;
        Array.Sort(byEnergy, (a, b) => a.ChargedWh.CompareTo(b.ChargedWh));
        var (all, sum) = (0.0, 0.0);
        foreach (var stay in byEnergy)
            all += stay.Weight;
        foreach (var stay in byEnergy)
            if ((sum += stay.Weight) >= share * all)
                return stay.ChargedWh;
        return byEnergy[^1].ChargedWh;
    }
}
