namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>How late this machine itself is while a test runs: a plain timer beside the daemon. What it strays no program on it can keep better.</summary>
internal sealed class MachineLateness : IAsyncDisposable
{
    private const int PeriodMs = 10;

    private readonly CancellationTokenSource ended = new();
    private readonly List<double> lateMs = [];
    private readonly Task watching;

    public MachineLateness() => watching = Task.Run(WatchAsync);

    /// <summary>The 99th percentile, over seconds, of the worst a timer was late within a second, ms.</summary>
    public double P99Ms
    {
        get
        {
            lock (lateMs)
            {
                var worst = lateMs.Chunk(1_000 / PeriodMs).Select(second => second.Max()).Order().ToArray();
                return worst.Length == 0 ? 0 : worst[(worst.Length - 1) * 99 / 100];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ended.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(PeriodMs));
        var last = TimeProvider.System.GetTimestamp();
        while (await timer.WaitForNextTickAsync(ended.Token))
        {
            var now = TimeProvider.System.GetTimestamp();
            lock (lateMs)
                lateMs.Add(Math.Max(0, TimeProvider.System.GetElapsedTime(last, now).TotalMilliseconds - PeriodMs));
            last = now;
        }
    }
}
