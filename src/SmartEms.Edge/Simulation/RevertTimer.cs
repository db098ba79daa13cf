namespace SmartEms.Edge.Simulation;

/// <summary>A SunSpec reversion timer on the site's own time: starts anew with every write of its group, 0 s = never runs out.</summary>
internal sealed class RevertTimer
{
    private long atMs = long.MaxValue;

    /// <summary>The *_RvrtTms register.</summary>
    public ushort Seconds { get; set; }

    /// <summary>What the physics is told: infinite when there is no timer.</summary>
    public double Timeout => Seconds == 0 ? double.PositiveInfinity : Seconds;

    public void Start(long nowMs) => atMs = Seconds == 0 ? long.MaxValue : nowMs + (Seconds * 1000L);

    /// <summary>True once, when it has run out.</summary>
    public bool RunsOut(long nowMs)
    {
        if (nowMs < atMs)
            return false;
        atMs = long.MaxValue;
        return true;
    }
}
