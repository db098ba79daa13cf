namespace SmartEms.Edge.Core.Simulating;

/// <summary>When cars come, how long they stay and what they need; drawn from the seed and the day's number alone.</summary>
internal static class EvSessions
{
    public const int PerDayMax = 2;
    private const double MsPerHour = 3_600_000;

    /// <summary>Fills in a day's sessions in order of arrival and returns how many there are.</summary>
    public static int Draw(ulong seed, long day, Span<EvSession> into)
    {
        var chance = new SeededRandom(SeededRandom.Mix(seed, day));
        var count = 0;

        // Some days a short visit around noon besides the evening's.
        if (chance.Chance(0.15))
            into[count++] = Make(ref chance, day, Clamped(11 + chance.Gaussian(), 8, 13), Clamped(2.5 + (0.8 * chance.Gaussian()), 0.5, 5));
        if (chance.Chance(0.82))
            into[count++] = Make(ref chance, day, Clamped(17.5 + (2 * chance.Gaussian()), 13.5, 23.5), Clamped(10 + (2.5 * chance.Gaussian()), 1.5, 18));
        return count;
    }

    private static EvSession Make(ref SeededRandom chance, long day, double hour, double hours)
    {
        var arrives = (day * 86_400_000) + (long)(hour * MsPerHour);
        var need = Clamped(13_000 + (4_000 * chance.Gaussian()), 2_000, 22_000);
        return new(arrives, arrives + (long)(hours * MsPerHour), hours < 5 ? need / 2 : need);
    }

    private static double Clamped(double value, double low, double high) => Math.Max(low, Math.Min(high, value));
}

/// <summary>One car's stay; milliseconds on the UTC axis, watt-hours it wants.</summary>
internal readonly record struct EvSession(long ArrivesMs, long LeavesMs, double NeedWattHours);
