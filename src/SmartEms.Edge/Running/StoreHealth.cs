namespace SmartEms.Edge.Running;

/// <summary>How the store does: what it failed of, when it may be tried again, how long its work takes. Not thread-safe: the recorder's gate stands around it.</summary>
internal sealed class StoreHealth(TimeProvider time)
{
    /// <summary>A disk that takes longer for one commit is said to fail: control can wait for a record no longer than that.</summary>
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(1);

    /// <summary>Short, because most failures are over at once and what is handed in meanwhile waits in memory; then a quarter of the time it has
    /// failed already, so that few failed writes in a row do not cost a long wait.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    /// <summary>With the time to open a store this stays below the promised 5 s between free space and the next stored record.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private string? failure;
    private TimeSpan pause = FirstPause;
    private long failedAt;
    private long failingSince;
    private long? busySince;
    private double lastMs;
    private double slowestMs;

    public bool IsFailing => failure is not null;

    /// <summary>How long it must still be left alone; zero or less when it may be tried.</summary>
    public TimeSpan Rest => failure is null ? TimeSpan.Zero : pause - time.GetElapsedTime(failedAt);

    /// <summary>The longest that one piece of work has taken, the present one included, ms.</summary>
    public double SlowestMs => Math.Max(slowestMs, BusyFor.TotalMilliseconds);

    /// <summary>What is wrong in words, or null while it works: its last failure, or that it is too slow.</summary>
    public string? Complaint
    {
        get
        {
            if (failure is not null)
                return failure;
            var ms = Math.Max(BusyFor.TotalMilliseconds, lastMs);
            return ms <= SlowAfter.TotalMilliseconds ? null : $"the disk is slow: one commit takes {ms / 1000:0.0} s";
        }
    }

    private TimeSpan BusyFor => busySince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;

    public void Begin() => busySince = time.GetTimestamp();

    /// <summary>A piece of work has ended, with its trouble or without.</summary>
    public void End(IOException? trouble)
    {
        lastMs = BusyFor.TotalMilliseconds;
        (busySince, slowestMs) = (null, Math.Max(slowestMs, lastMs));
        if (trouble is null)
            (failure, pause) = (null, FirstPause);
        else
            Fail(trouble.Message);
    }

    public void Fail(string words)
    {
        failedAt = time.GetTimestamp();
        if (failure is null)
            failingSince = failedAt;
        failure = words;
        pause = TimeSpan.FromTicks(Math.Clamp(time.GetElapsedTime(failingSince, failedAt).Ticks / 4, FirstPause.Ticks, LongestPause.Ticks));
    }
}
