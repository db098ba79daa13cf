namespace SmartEms.Edge.Field;

/// <summary>When a loop last moved, on the monotonic clock: whoever watches over it can tell one that hangs. One loop moves it, any thread may ask.</summary>
internal sealed class Motion(SiteClock clock)
{
    /// <summary>Longer than any single step of a loop may take: the slowest device is given 10 s for an answer, 7 s to wake up, 3 s to be connected to.</summary>
    public const long HangsAfterMs = 12_000;

    private long movedMs = clock.UptimeMs;

    public long StillMs => clock.UptimeMs - Interlocked.Read(ref movedMs);

    public void Move() => Interlocked.Exchange(ref movedMs, clock.UptimeMs);
}
