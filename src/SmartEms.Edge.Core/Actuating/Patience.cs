using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>How often something that failed is tried again: after each failure a longer pause, the last one for ever. Trust comes back at once after one
/// failure, and after more only when all has been well for as long as the longest pause. Times are monotonic milliseconds.</summary>
public sealed class Patience(ImmutableArray<int> pausesMs)
{
    private long nextMs = long.MinValue;
    private long wellSinceMs = -1;

    /// <summary>Writes: again at once, again after 10 s, and then every 15 minutes.</summary>
    public static Patience ForWrites() => new([0, 10_000, 900_000]);

    /// <summary>A device whose power does not follow: asked again after 1, 5 and 15 minutes.</summary>
    public static Patience ForEffects() => new([60_000, 300_000, 900_000]);

    public int Failures { get; private set; }

    /// <summary>Only the long pauses are left.</summary>
    public bool HasGivenUp => Failures >= pausesMs.Length;

    public bool MayTry(long nowMs) => nowMs >= nextMs;

    public void Failed(long nowMs)
    {
        nextMs = nowMs + pausesMs[Math.Min(Failures, pausesMs.Length - 1)];
        Failures++;
        wellSinceMs = -1;
    }

    /// <summary>It is well at this moment; true when that is enough to be trusted.</summary>
    public bool IsTrusted(long nowMs)
    {
        if (wellSinceMs < 0)
            wellSinceMs = nowMs;
        if (nowMs - wellSinceMs >= pausesMs[^1])
            Failures = 0;
        return Failures <= 1;
    }

    /// <summary>Something has changed (the device was away and is back): one more try is worth it now.</summary>
    public void Renew() => nextMs = long.MinValue;
}
