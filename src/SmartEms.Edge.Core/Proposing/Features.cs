using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>What the network sees, 72 numbers that mean the same at every site: prices by their own spread, energies by the battery's capacity, powers by its rating.
/// Those of the world come first; those of the battery's charge, the plan and the car follow, so that the first can be worked out once for many charges.</summary>
public static class Features
{
    public const int Count = 72;

    /// <summary>Where the battery's charge (4) and the plan's advantages (7) stand; only these change with the charge.</summary>
    public const int Charge = 49;
    public const int Advantages = 53;
    public const int ChargeEnd = 60;

    private const int Car = 60;
    private const int Carbon = 69;
    private const int Reserve = 71;
    private const float Most = 4;
    private const int Hours = 24;

    /// <summary>sin of each hour of the day; the cosine stands six hours later.</summary>
    private static readonly float[] Sine =
    [
        0f, 0.25881905f, 0.5f, 0.70710678f, 0.8660254f, 0.96592583f, 1f, 0.96592583f, 0.8660254f, 0.70710678f, 0.5f, 0.25881905f,
        0f, -0.25881905f, -0.5f, -0.70710678f, -0.8660254f, -0.96592583f, -1f, -0.96592583f, -0.8660254f, -0.70710678f, -0.5f, -0.25881905f,
    ];

    /// <summary>What does not depend on the battery's charge.</summary>
    /// <param name="question">What the plan was made from.</param>
    /// <param name="clock">For the hour of the day and the day of the week.</param>
    /// <param name="into">72 numbers; all are written.</param>
    public static void World(PlanQuestion question, LocalClock clock, Span<float> into)
    {
        into.Clear();
        var (outlook, prices) = (question.Outlook, question.Prices);
        var import = new HourMeans(prices.Import.AsSpan(), outlook.StepMinutes, Hours);
        Price(import, prices.Export[0], into);
        Time(outlook.Start, clock, into[17..]);
        var hours = new NetHours(outlook, Hours);
        Energies(hours, question.Storage, into[22..]);
        Powers(hours, question.Storage, into[34..]);
        if (question.Ev is { NeededWh: > 0 } ev)
            Ev(ev, question, into[Car..]);
        if (!prices.Carbon.IsEmpty)
        {
            var carbon = new HourMeans(prices.Carbon.AsSpan(), outlook.StepMinutes, Hours);
            (into[Carbon], into[Carbon + 1]) = (Clip(carbon.Score(carbon[0])), Clip(carbon.Score(carbon[0]) - carbon.Score(carbon.Least(6))));
        }
        into[Reserve] = question.EnergyWh < question.Storage.FloorWh ? 1 : 0;
    }

    /// <summary>What depends on the charge: the charge itself and what each mode loses against the best.</summary>
    /// <param name="charge">0–1 of the usable band.</param>
    /// <param name="losses">Of the seven modes, by <see cref="Loss"/>.</param>
    /// <param name="into">72 numbers; those from <see cref="Charge"/> to <see cref="ChargeEnd"/> are written.</param>
    public static void Battery(float charge, ReadOnlySpan<float> losses, Span<float> into)
    {
        (into[Charge], into[Charge + 1]) = ((2 * charge) - 1, ((2 * charge) - 1) * ((2 * charge) - 1));
        (into[Charge + 2], into[Charge + 3]) = (Math.Max(0, charge - 0.8f) * 5, Math.Max(0, 0.2f - charge) * 5);
        for (var a = 0; a < losses.Length; a++)
            into[Advantages + a] = Soft(2 * losses[a]);
    }

    /// <summary>What a mode costs more than the best, measured by the price of a tenth of the battery's capacity; what is less than a hair is nothing.</summary>
    public static float Loss(double cost, double least, double scale) => cost - least < Valuation.Hair ? 0 : (float)((cost - least) / scale);

    /// <summary>The unit of losses, in the site's currency: it is an hour's, and less for shorter steps.</summary>
    public static double Scale(PlanQuestion question)
    {
        var mean = new HourMeans(question.Prices.Import.AsSpan(), question.Outlook.StepMinutes, Hours).Mean;
        return Math.Max(0.01, Math.Abs(mean)) * Math.Max(100, question.Storage.CapacityWh) / 10_000 * question.Outlook.StepHours;
    }

    /// <summary>How much prices differ over the day, 0–1: where nothing differs there is nothing to learn, and the plan alone decides.</summary>
    public static float Spread(PlanQuestion question)
    {
        var import = new HourMeans(question.Prices.Import.AsSpan(), question.Outlook.StepMinutes, Hours);
        return (float)Math.Clamp((20 * import.Deviation / Math.Max(0.01, Math.Abs(import.Mean))) - 0.01, 0, 1);
    }

    private static void Price(HourMeans import, double export, Span<float> into)
    {
        var now = import.Score(import[0]);
        for (var h = 0; h < 8; h++)
            into[h] = Clip(import.Score(import[h]));
        for (var block = 0; block < 4; block++)
            into[8 + block] = Clip(import.Score((import[8 + (4 * block)] + import[9 + (4 * block)] + import[10 + (4 * block)] + import[11 + (4 * block)]) / 4));
        into[12] = Clip(now - import.Score(import.Least(6)));
        into[13] = Clip(now - import.Score(import.Least(Hours)));
        into[14] = Clip(import.Score(import.Greatest(Hours)) - now);
        var mean = Math.Max(0.01, Math.Abs(import.Mean));
        into[15] = Clip(4 * import.Deviation / mean);
        into[16] = Clip((import.Mean - export) / mean);
    }

    private static void Time(Instant start, LocalClock clock, Span<float> into)
    {
        var hour = clock.MinuteOfDay(start) / 60;
        (into[0], into[1], into[2], into[3]) = (Sine[hour], Sine[(hour + 6) % 24], Sine[2 * hour % 24], Sine[((2 * hour) + 6) % 24]);
        into[4] = (clock.DayOf(start) + 3) % 7 >= 5 ? 1 : 0; // 1970-01-01 was a Thursday
    }

    private static void Energies(NetHours hours, Storage storage, Span<float> into)
    {
        ReadOnlySpan<int> spans = [1, 2, 4, 8, 12, 24];
        var capacity = Math.Max(100, storage.CapacityWh);
        for (var i = 0; i < spans.Length; i++)
            (into[i], into[6 + i]) = (Clip(hours.Surplus(spans[i]) / capacity), Clip(hours.Deficit(spans[i]) / capacity));
    }

    private static void Powers(NetHours hours, Storage storage, Span<float> into)
    {
        var (rating, capacity) = (Math.Max(100, storage.DischargeMax), Math.Max(100, storage.CapacityWh));
        for (var h = 0; h < 3; h++)
            (into[3 * h], into[(3 * h) + 1], into[(3 * h) + 2]) = (Clip(hours.Middle(h) / rating), Clip(hours.Low(h) / rating), Clip(hours.High(h) / rating));
        (into[9], into[10]) = (Clip(hours.HighDeficit(4) / capacity), Clip(hours.HighDeficit(12) / capacity));
        (into[11], into[12]) = (Clip(hours.LowSurplus(4) / capacity), Clip(hours.LowSurplus(12) / capacity));
        (into[13], into[14]) = (Clip((hours.High(0) - hours.Low(0)) / rating), Clip((hours.High(4) - hours.Low(4)) / rating));
    }

    /// <summary>A car that is there, what it needs by what it can be given before it probably leaves, and how soon that is.</summary>
    private static void Ev(EvNeed ev, PlanQuestion question, Span<float> into)
    {
        var (stays, hours) = (1.0, 0.0);
        for (var t = 0; t < question.Steps; t++)
        {
            hours += stays * question.Outlook.StepHours;
            stays *= 1 - ev.LeavesAt(t);
        }
        var fastest = ev.NeededWh / Math.Max(1, ev.PowerMax);
        (into[0], into[1], into[2], into[3]) = (1, Clip(ev.NeededWh / Math.Max(100, question.Storage.CapacityWh)), Clip(hours / 24), Clip((hours - fastest) / 24));
    }

    private static float Clip(double value) => (float)Math.Max(-Most, Math.Min(Most, value));

    private static float Soft(float value) => value / (1 + Math.Abs(value));
}
