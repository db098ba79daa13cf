using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Faults;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>P1, P2: the binary hangs, or is not let run. Devices fall back by themselves meanwhile, and who watches learns of it.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class HangTests(ITestOutputHelper story)
{
    /// <summary>A third of what the unit sets, so that the test is shorter; the whole with SMARTEMS_LONG=1.</summary>
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(Effort.Of(6, 20));

    /// <summary>Whoever reads the log stops doing so: the next line that Follow writes never returns.</summary>
    [Fact]
    public async Task P1_a_rhythm_that_hangs_is_not_called_alive_and_its_restart_controls()
    {
        await using var site = await SiteOnWire.StartAsync();
        using Supervision supervision = new(site.PathOf("notify"));
        var log = site.PathOf("log");
        Assert.Equal(0, (await Tool.RunAsync("coreutils", "mkfifo", log)).Exit);
        using var held = new FileStream(log, FileMode.Open, FileAccess.ReadWrite);
        await using (var hung = new DaemonUnderTest(site.PathOf, Supervised(site, "exec \"$@\" 2>\"$0\"", log)))
        {
            await supervision.NextAsync("READY=1");
            await supervision.NextAsync("WATCHDOG=1");
            await Tool.RunAsync("coreutils", "timeout", "1", "sh", "-c", "yes >\"$0\"", log);
            site.TapOf("meter1").CutOff();
            var (cut, last) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetTimestamp());
            while (await supervision.TryNextAsync("WATCHDOG=1", Watchdog) is not null)
            {
                last = TimeProvider.System.GetTimestamp();
                Assert.True(TimeProvider.System.GetElapsedTime(cut) < Bundle.Guard * 3, "it is still called alive");
            }
            var silent = TimeProvider.System.GetElapsedTime(cut, last);
            story.WriteLine($"last WATCHDOG=1 {silent.TotalSeconds:0.0} s after the cause of the hang, then {Watchdog.TotalSeconds:0} s of silence (WatchdogSec={Watchdog.TotalSeconds:0}): killed");
            await hung.SignalAsync("ABRT");
            await hung.EndAsync();
        }
        site.TapOf("meter1").PlugIn();
        await using var restarted = new DaemonUnderTest(site.PathOf, Supervised(site, "exec \"$@\"", log));
        await supervision.NextAsync("READY=1");
        story.WriteLine($"control {restarted.Age.TotalSeconds:0.00} s after the restart");
        await restarted.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() >= 2 && now.GetProperty("state").GetString() == "running", "control");
    }

    [Fact]
    public async Task P2_a_process_that_is_stopped_leaves_the_devices_to_their_timers_and_goes_on()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        await using var daemon = DaemonUnderTest.Start(site);
        await Bundle.UntilAsync(() => IsLimiting(site), () => $"it does not limit: {site.State}\n{daemon.Said}");
        await daemon.SignalAsync("STOP");
        var stopped = TimeProvider.System.GetTimestamp();
        await Bundle.UntilAsync(() => site.Physics(physics => !physics.Batteries[0].IsCommanded && !physics.PvPlants[0].IsLimited && physics.EvChargers[0].OfferedAmperes == 6),
            () => $"not everything fell back: {site.State}");
        story.WriteLine($"stopped: every device fell back after {TimeProvider.System.GetElapsedTime(stopped).TotalSeconds:0.0} s by its own timer (12 s and 10 s)");
        if (Effort.IsLong)
            await Bundle.UntilAsync(() => TimeProvider.System.GetElapsedTime(stopped) > TimeSpan.FromSeconds(60), () => "", TimeSpan.FromSeconds(70));
        await daemon.SignalAsync("CONT");
        var went = TimeProvider.System.GetTimestamp();
        await Bundle.UntilAsync(() => IsLimiting(site), () => $"it does not limit again: {site.State}\n{daemon.Said}");
        story.WriteLine($"limits again {TimeProvider.System.GetElapsedTime(went).TotalSeconds:0.0} s after it may run again (stopped for {TimeProvider.System.GetElapsedTime(stopped, went).TotalSeconds:0.0} s)");
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        var slots = SlotsIn(daemon.Store);
        Assert.Equal(slots.Distinct(), slots);
    }

    internal static long[] SlotsIn(string file)
    {
        using var store = SqliteStore.OpenReadOnly(file);
        return [.. store.Read(LedgerKind.Cycle, new(long.MinValue), new(long.MaxValue)).Select(entry => CycleRecord.FromBytes(entry.Body).Slot.Index)];
    }

    internal static bool IsLimiting(SiteOnWire site) => site.Physics(physics => physics.PvPlants[0] is { IsLimited: true } pv && pv.ProductionWatts < pv.AvailableWatts - 500
        && physics.Batteries[0].IsCommanded && physics.ImportWatts > -400 && physics.EvChargers[0] is { IsCommanded: true, OfferedAmperes: > 10 });

    private static System.Diagnostics.ProcessStartInfo Supervised(SiteOnWire site, string script, string log)
    {
        var start = Bundle.Prepare("sh", ["-c", script, log, Bundle.Binary, .. DaemonUnderTest.Arguments(site)]);
        start.Environment["NOTIFY_SOCKET"] = site.PathOf("notify");
        start.Environment["WATCHDOG_USEC"] = $"{Watchdog.TotalMicroseconds:0}";
        return start;
    }
}
