namespace SmartEms.Edge.Running;

/// <summary>How far the intervals between beats strayed from their period during the last beats, on the monotonic clock. One thread beats, any may ask.</summary>
internal sealed class Rhythm(TimeProvider time, TimeSpan period)
{
    /// <summary>Beats looked back upon: a minute of them at a period of 1 s.</summary>
    public const int Beats = 60;

    private readonly Lock gate = new();
    private readonly double[] strayMs = new double[Beats];
    private long beats;
    private long lastBeat;

    public void Beat()
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            if (beats > 0)
                strayMs[(beats - 1) % Beats] = Math.Abs((time.GetElapsedTime(lastBeat, now) - period).TotalMilliseconds);
            beats++;
            lastBeat = now;
        }
    }

    /// <summary>The 99th percentile (one in a hundred may lie above it, rounded up to one) and the most, ms; null before the second beat.</summary>
    public (double P99, double Most)? StrayMs
    {
        get
        {
            lock (gate)
            {
                var count = (int)Math.Min(beats - 1, Beats);
                if (count <= 0)
                    return null;
                var sorted = strayMs[..count];
                Array.Sort(sorted);
                return (sorted[(count - 1) * 99 / 100], sorted[^1]);
            }
        }
    }
}
