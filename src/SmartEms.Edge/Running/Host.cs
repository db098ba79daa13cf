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

    /// <summary>The only place that feeds the watchdog, and only while both rhythms are in time.</summary>
    private async Task WatchAsync(CancellationToken stop)
    {
        var period = link.WatchdogPeriod is { } limit ? limit / 3 : TimeSpan.FromSeconds(10);
        while (true)
        {
            await Task.Delay(period, clock.Time, stop);
            if (daemon.IsHealthy)
                link.Alive();
            link.Status(daemon.StatusLine);
        }
    }
}
