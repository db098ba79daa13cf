using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>Makes up a household's year from tables and polynomials, for when no measured one is at hand.</summary>
public static class GeneratedTrace
{
    private const int StepMinutes = 15;
    private const int StepsPerDay = 24 * 60 / StepMinutes;
    private const int DaysMax = 36_600;
    private const double PvRatedWatts = 6000;

    /// <summary>2024-01-01, a Monday.</summary>
    private const long StartMs = 1_704_067_200_000;

    /// <summary>Watts at each full hour of a working day: breakfast, a quiet noon, a long evening.</summary>
    private static readonly double[] WorkingDay =
        [260, 220, 200, 195, 200, 240, 430, 640, 520, 400, 370, 390, 480, 420, 370, 380, 450, 640, 860, 940, 880, 760, 570, 370];

    /// <summary>Watts at each full hour of a day at home: late breakfast, cooking at noon.</summary>
    private static readonly double[] Weekend =
        [310, 250, 215, 200, 200, 210, 250, 360, 560, 700, 720, 760, 900, 780, 620, 560, 570, 680, 840, 900, 840, 740, 590, 430];

    /// <summary>Share of a clear sky on clear, mixed and overcast days.</summary>
    private static readonly double[] Clearness = [1.0, 0.62, 0.2];

    /// <summary>How uneven the quarter-hours of such a day are.</summary>
    private static readonly double[] Unevenness = [0.03, 0.45, 0.35];

    public static SiteTrace Make(ulong seed, int days)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(days, DaysMax);
        var load = new double[days * StepsPerDay];
        var pv = new double[days * StepsPerDay];
        var sky = new SeededRandom(SeededRandom.Mix(seed, -1));
        var kind = 0;
        for (var day = 0; day < days; day++)
        {
            // Weather persists: two days in three are like the one before.
            if (sky.Chance(0.33))
                kind = (int)(sky.NextDouble() * 3);
            var chance = new SeededRandom(SeededRandom.Mix(seed, day));
            var season = Season(day % 365);
            FillLoad(load.AsSpan(day * StepsPerDay, StepsPerDay), day % 7 >= 5 ? Weekend : WorkingDay, season, ref chance);
            FillPv(pv.AsSpan(day * StepsPerDay, StepsPerDay), kind, season, ref chance);
        }

        return new(new Instant(StartMs), TimeSpan.FromMinutes(StepMinutes), load, pv);
    }

    /// <summary>−1 at the winter solstice to +1 at the summer one; a smooth cubic instead of a cosine.</summary>
    internal static double Season(int dayOfYear)
    {
        var phase = (dayOfYear + 11) % 365 / 365.0;
        var rise = phase < 0.5 ? 2 * phase : 2 - (2 * phase);
        return (2 * rise * rise * (3 - (2 * rise))) - 1;
    }

    private static void FillLoad(Span<double> day, double[] hours, double season, ref SeededRandom chance)
    {
        var level = (1 - (0.15 * season)) * chance.Between(0.8, 1.2);
        for (var i = 0; i < day.Length; i++)
        {
            var hour = i * StepMinutes / 60;
            var within = (i * StepMinutes % 60) / 60.0;
            var watts = hours[hour] + ((hours[(hour + 1) % 24] - hours[hour]) * within);
            day[i] = watts * level * chance.Between(0.75, 1.25);
        }

        // Laundry or dishes on some days: 1–2 kW for three quarter-hours, some time between 8 and 21 h.
        if (!chance.Chance(0.6))
            return;
        var at = (int)chance.Between(8 * 4, 21 * 4);
        var extra = chance.Between(1000, 2000);
        for (var i = at; i < at + 3; i++)
            day[i] += extra;
    }

    private static void FillPv(Span<double> day, int kind, double season, ref SeededRandom chance)
    {
        var halfDayHours = (12.2 + (4 * season)) / 2;
        var peak = PvRatedWatts * (0.72 + (0.2 * season)) * Clearness[kind];
        for (var i = 0; i < day.Length; i++)
        {
            var hour = ((i + 0.5) * StepMinutes / 60) - 12.4;
            var height = 1 - (hour / halfDayHours * (hour / halfDayHours));
            var uneven = chance.Between(-1, 1) * Unevenness[kind];
            day[i] = height > 0 ? peak * height * Math.Sqrt(height) * (1 + uneven) : 0;
        }
    }
}
