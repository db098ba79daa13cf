namespace SmartEms.Edge.Core.Quantities;

/// <summary>Lets through so many a second, and no more than a few at once, by monotonic milliseconds.</summary>
/// <param name="perSecond">Above 0.</param>
/// <param name="atOnce">At least 1.</param>
public sealed class Pace(double perSecond, double atOnce)
{
    private double spent;
    private long? lastMs;

    /// <summary>True when one more may go now; it is counted then.</summary>
    public bool TryTake(long nowMs)
    {
        if (lastMs is { } last)
            spent = Math.Max(0, spent - (Math.Max(0, nowMs - last) * perSecond / 1_000));
        lastMs = nowMs;
        if (spent + 1 > atOnce)
            return false;
        spent++;
        return true;
    }
}
