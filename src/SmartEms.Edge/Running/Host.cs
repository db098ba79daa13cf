using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Running;

/// <summary>Drives a daemon's rhythms in real time: devices, Follow, Cycle and watchdog each on their own task, until stopped.</summary>
internal sealed class Host(Daemon daemon, FieldLayer field, SiteClock clock, ISupervisorLink link)
{
    /// <summary>While nothing has been decided yet Follow looks this often for a complete image.</summary>
    private static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(5);

    /// <summary>The watchdog's own rhythm: with <see cref="Motion.HangsAfterMs"/> a hang is known of within 13 s.</summary>
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(1);

    private readonly Motion cycle = new(clock);
    private readonly long beganMs = clock.UptimeMs;

    /// <summary>Of a start.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(5);

    /// <summary>The first decision waits this long for a complete image, then it is made with what there is.</summary>
    public TimeSpan FirstImagePatience { get; init; } = UsualPatience;

    /// <summary>Called once, when it has run in health for <see cref="StartLog.Proven"/>.</summary>
    public Action Proven { get; init; } = () => { };

    private TimeSpan Period => daemon.Site.Running.FollowPeriod;

    public async Task RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] tasks =
        [
            field.RunAsync(Period, ended.Token),
            Task.Run(() => FollowAsync(ended.Token), ended.Token),
            Task.Run(() => CycleAsync(ended.Token), ended.Token),
            Task.Run(() => WatchAsync(ended.Token), ended.Token),
        ];
        var first = await Task.WhenAny(tasks); // a rhythm that ends is a program that is wrong: the process goes down with it
        await ended.CancelAsync();
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // asked to stop
        }
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        while (clock.UptimeMs - beganMs < FirstImagePatience.TotalMilliseconds && !daemon.SeesAll)
            await Task.Delay(Eager, clock.Time, stop);
        using var timer = new PeriodicTimer(Period, clock.Time);
        do
        {
            daemon.Rhythm.Beat();
            await daemon.FollowOnceAsync();
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private async Task CycleAsync(CancellationToken stop)
    {
        while (daemon.Latest is null)
        {
            cycle.Move();
            await Task.Delay(Eager, clock.Time, stop);
        }
        var isReady = false;
        while (true)
        {
            cycle.Move();
            if (daemon.IsCycleDue)
                await daemon.CycleOnceAsync();
            if (!isReady)
                link.Ready(); // not before: a service manager that waits for us waits for control, not for a process
            isReady = true;
            var untilSlotEnds = (long)(Slot.Of(clock.Now).End - clock.Now).TotalMilliseconds;
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(untilSlotEnds + 20, 20, 1_000)), clock.Time, stop);
        }
    }

    /// <summary>The only place that feeds the watchdog, and only while both rhythms are in time and no loop hangs. The store is not asked: a dead disk
    /// must not end control.</summary>
    private async Task WatchAsync(CancellationToken stop)
    {
        var period = link.WatchdogPeriod is { } limit ? limit / 3 : TimeSpan.FromSeconds(10);
        var (saidMs, wellSinceMs, isProven) = (clock.UptimeMs, clock.UptimeMs, false);
        while (true)
        {
            await Task.Delay(period < LooksEvery ? period : LooksEvery, clock.Time, stop);
            var hanging = HangingLoop();
            var isWell = daemon.IsHealthy && hanging is null;
            if (!isWell)
                wellSinceMs = clock.UptimeMs;
            if (clock.UptimeMs - saidMs >= (long)period.TotalMilliseconds)
            {
                saidMs = clock.UptimeMs;
                if (isWell)
                    link.Alive();
                link.Status(hanging is { } loop ? $"unhealthy, the loop of {loop.Who} has hung for {loop.StillMs / 1000} s" : daemon.StatusLine);
            }
            if (isProven || clock.UptimeMs - wellSinceMs < StartLog.Proven.TotalMilliseconds)
                continue;
            isProven = true;
            Proven();
        }
    }

    private (string Who, long StillMs)? HangingLoop() => field.Hanging ?? (cycle.StillMs is var still && still >= Motion.HangsAfterMs ? ("the quarter-hour", still) : null);
}
