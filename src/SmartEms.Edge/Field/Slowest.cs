namespace SmartEms.Edge.Field;

/// <summary>The longest of the durations seen in the last minute, in two half-minutes so that the oldest are forgotten. Times are monotonic milliseconds.</summary>
internal sealed class Slowest
{
    private const int HalfMs = 30_000;

    private long half;
    private long now;
    private long before;

    public void Saw(long durationMs, long nowMs)
    {
        Turn(nowMs);
        now = Math.Max(now, durationMs);
    }

    public long MsAt(long nowMs)
    {
        Turn(nowMs);
        return Math.Max(now, before);
    }

    private void Turn(long nowMs)
    {
        var turned = nowMs / HalfMs;
        if (turned == half)
            return;
        (before, now) = (turned == half + 1 ? now : 0, 0);
        half = turned;
    }
}
