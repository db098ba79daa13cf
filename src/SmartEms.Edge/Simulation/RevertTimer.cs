namespace SmartEms.Edge.Simulation;

/// <summary>A SunSpec reversion timer on the site's own time: starts anew with every write of its group, 0 s = never runs out.</summary>
internal sealed class RevertTimer
{
    private long atMs = long.MaxValue;

    /// <summary>The *_RvrtTms register.</summary>
    public ushort Seconds { get; set; }

    /// <summary>As after power-up: no time set, nothing running.</summary>
    public void Reset() => (Seconds, atMs) = (0, long.MaxValue);

    public void Start(long nowMs) => atMs = Seconds == 0 ? long.MaxValue : nowMs + (Seconds * 1000L);

    /// <summary>What the physics is told, so that it falls back in the same step: the seconds left, infinite when no timer runs.</summary>
    public double Left(long nowMs) => atMs == long.MaxValue ? double.PositiveInfinity : (atMs - nowMs) / 1000.0;

    /// <summary>True once, when it has run out.</summary>
    public bool RunsOut(long nowMs)
    {
        if (nowMs < atMs)
            return false;
        atMs = long.MaxValue;
        return true;
    }
}
