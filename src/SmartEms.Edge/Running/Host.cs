using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Running;

/// <summary>Drives a daemon's rhythms in real time: devices, Follow, Cycle and watchdog each on their own task, until stopped.</summary>
internal sealed class Host(Daemon daemon, FieldLayer field, SiteClock clock, ISupervisorLink link)
{
    /// <summary>The first decision waits this long for a complete image, then it is made with what there is.</summary>
    private const long FirstImagePatienceMs = 5_000;

    /// <summary>While nothing has been decided yet Follow looks this often for a complete image.</summary>
    private static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(5);

    /// <summary>A device's loop that has not moved for so long hangs: each transaction ends by its own deadline within seconds.</summary>
    private const long HangsAfterMs = 60_000;

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
        link.Stopping();
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        while (clock.UptimeMs < FirstImagePatienceMs && !daemon.SeesAll)
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
            await Task.Delay(Eager, clock.Time, stop);
        var isReady = false;
        while (true)
        {
            if (daemon.IsCycleDue)
                await daemon.CycleOnceAsync();
            if (!isReady)
                link.Ready(); // not before: a service manager that waits for us waits for control, not for a process
            isReady = true;
            var untilSlotEnds = (long)(Slot.Of(clock.Now).End - clock.Now).TotalMilliseconds;
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(untilSlotEnds + 20, 20, 1_000)), clock.Time, stop);
        }
    }

    /// <summary>The only place that feeds the watchdog, and only while both rhythms are in time and no device's loop hangs. The store is not asked: a dead disk
    /// must not end control.</summary>
    private async Task WatchAsync(CancellationToken stop)
    {
        var period = link.WatchdogPeriod is { } limit ? limit / 3 : TimeSpan.FromSeconds(10);
        var (wellSinceMs, isProven) = (clock.UptimeMs, false);
        while (true)
        {
            await Task.Delay(period, clock.Time, stop);
            var hanging = field.Hanging(HangsAfterMs);
            if (daemon.IsHealthy && hanging is null)
                link.Alive();
            else
                wellSinceMs = clock.UptimeMs;
            link.Status(hanging is { } loop ? $"unhealthy, the loop of {loop.Device} has hung for {loop.StillMs / 1000} s" : daemon.StatusLine);
            if (isProven || clock.UptimeMs - wellSinceMs < StartLog.Proven.TotalMilliseconds)
                continue;
            isProven = true;
            Proven();
        }
    }
}
