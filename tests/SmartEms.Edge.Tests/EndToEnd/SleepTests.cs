using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>T3 and T4 against the binary. T4: the machine slept for two hours. It stood still meanwhile, CLOCK_BOOTTIME and the wall clock went on, CLOCK_MONOTONIC did not.
/// The C library it asks for CLOCK_BOOTTIME is a small one of ours that adds what was slept; libfaketime does the same for the wall clock.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class SleepTests(ITestOutputHelper story)
{
    private const int Slept = 7_200;

    private const string Shim = """
        #include <fcntl.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <sys/timex.h>
        #include <time.h>
        #include <unistd.h>
        static long slept(void)
        {
            char text[32] = "0";
            int file = open(getenv("SLEPT_SECONDS"), O_RDONLY);
            if (file < 0) return 0;
            if (read(file, text, sizeof text - 1) < 0) text[0] = '0';
            close(file);
            return atol(text);
        }
        int clock_gettime(clockid_t clock, struct timespec *now)
        {
            long result = syscall(SYS_clock_gettime, clock, now);
            if (result == 0 && clock == CLOCK_BOOTTIME) now->tv_sec += slept();
            return (int)result;
        }
        int adjtimex(struct timex *asked)
        {
            int isSet = getenv("TIME_IS_SET") && access(getenv("TIME_IS_SET"), F_OK) == 0;
            memset(asked, 0, sizeof *asked);
            asked->status = isSet ? 0 : STA_UNSYNC;
            return isSet ? TIME_OK : TIME_ERROR;
        }
        """;

    [Fact]
    public async Task T4_after_two_hours_asleep_it_decides_one_slot_and_controls_again()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        var (clock, sleep) = (site.PathOf("clock"), site.PathOf("slept"));
        await File.WriteAllTextAsync(clock, "+0\n");
        await File.WriteAllTextAsync(sleep, "0\n");
        await using var daemon = DaemonUnderTest.Start(site, [.. ClockFaultTests.FakedBy(clock), ("LD_LIBRARY_PATH", await ShimAsync(site)), ("SLEPT_SECONDS", sleep)]);
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit: {site.State}\n{daemon.Said}");
        var before = await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision");
        await daemon.SignalAsync("STOP");
        await Bundle.UntilAsync(() => site.Physics(physics => !physics.Batteries[0].IsCommanded && !physics.PvPlants[0].IsLimited && physics.EvChargers[0].OfferedAmperes == 6),
            () => $"not everything fell back: {site.State}");
        await File.WriteAllTextAsync(clock, $"+{Slept}s\n");
        await File.WriteAllTextAsync(sleep, $"{Slept}\n");
        await daemon.SignalAsync("CONT");
        var woke = TimeProvider.System.GetTimestamp();
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit again: {site.State}\n{daemon.Said}");
        var now = await daemon.UntilAsync(status => status.GetProperty("uptime_s").GetDouble() > Slept && status.GetProperty("state").GetString() == "running", "the time it slept, and control");
        var cycles = now.GetProperty("cycles").GetInt64() - before.GetProperty("cycles").GetInt64();
        story.WriteLine($"limits again {TimeProvider.System.GetElapsedTime(woke).TotalSeconds:0.0} s after waking, up for {now.GetProperty("uptime_s")} s, {cycles} slots decided since");
        Assert.InRange(cycles, 1, 2); // two where a quarter-hour ends just now
        Assert.DoesNotContain("the clock stepped", daemon.Said, StringComparison.Ordinal); // both clocks went on: the wall clock is right
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        var slots = HangTests.SlotsIn(daemon.Store);
        Assert.Equal(slots.Distinct(), slots);
    }

    /// <summary>Booted 37 days in the past without the time, two hours later a time service sets it: what was stamped meanwhile is put right by the whole step.</summary>
    [Fact]
    public async Task T3_two_hours_without_the_time_are_put_right_once_it_is_set()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        var (clock, sleep, isSet) = (site.PathOf("clock"), site.PathOf("slept"), site.PathOf("set"));
        const int Lost = (37 * 86_400) + 660;
        await File.WriteAllTextAsync(clock, $"-{Lost}s\n");
        await File.WriteAllTextAsync(sleep, "0\n");
        var start = Bundle.Prepare(Bundle.Binary, [.. DaemonUnderTest.Arguments(site).Except(["--trust-clock"])]);
        foreach (var (name, value) in ClockFaultTests.FakedBy(clock))
            start.Environment[name] = value;
        (start.Environment["LD_LIBRARY_PATH"], start.Environment["SLEPT_SECONDS"], start.Environment["TIME_IS_SET"]) = (await ShimAsync(site), sleep, isSet);
        var began = TimeProvider.System.GetUtcNow();
        await using var daemon = new DaemonUnderTest(site.PathOf, start);
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1 && now.GetProperty("follow_steps").GetInt64() >= 5, "a decision and Follow");
        await File.WriteAllTextAsync(clock, $"-{Lost - Slept}s\n"); // two hours go by on every clock
        await File.WriteAllTextAsync(sleep, $"{Slept}\n");
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 2 && now.GetProperty("uptime_s").GetDouble() > Slept, "the next decision");
        await File.WriteAllTextAsync(clock, $"+{Slept}s\n");
        await File.WriteAllTextAsync(isSet, "");
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 3 && now.GetProperty("at").GetDateTime() > began.UtcDateTime.AddSeconds(Slept), "a decision under the right time");
        await Bundle.UntilAsync(() => Stepped(daemon), () => $"no step of the clock in the ledger\n{daemon.Said}");
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        var ended = TimeProvider.System.GetUtcNow().AddSeconds(Slept);

        using var store = SqliteStore.OpenReadOnly(daemon.Store);
        LedgerEntry[] entries = [.. ((ILedger)store).After(0, int.MaxValue)];
        var moments = Rebased.Moments(entries);
        var step = Array.FindIndex(entries, entry => entry.Kind == LedgerKind.ClockStep);
        Assert.True(step > 1, $"the step is entry {step} of {entries.Length}");
        for (var i = 0; i < moments.Length; i++)
            Assert.True(moments[i] >= Instant.From(began.AddSeconds(-1)) && moments[i] <= Instant.From(ended.AddSeconds(1)) && (i == 0 || moments[i - 1] - moments[i] <= TimeSpan.FromSeconds(1)),
                $"entry {i} ({entries[i].Kind}) is said to be of {moments[i]}, the run was from {began:O} to {ended:O}");
        Instant[] rows = [.. store.Points().SelectMany(point => store.Read(point.Number, TelemetryTier.Raw, new(long.MinValue), new(long.MaxValue))).Select(row => row.At)];
        Assert.True(rows.Length > 50, $"{rows.Length} rows");
        Assert.All(rows, row => Assert.InRange(row.UnixMilliseconds, began.ToUnixTimeMilliseconds() - 1_000, ended.ToUnixTimeMilliseconds() + 1_000));
        story.WriteLine($"{step} entries and {rows.Length} rows of telemetry, put right by {Lost} s: order kept, none outside of the run");
    }

    private static bool Stepped(DaemonUnderTest daemon)
    {
        using var store = SqliteStore.OpenReadOnly(daemon.Store);
        return store.Last(LedgerKind.ClockStep) is not null;
    }

    /// <summary>Builds the shim; gives the folder it is found in.</summary>
    private static async Task<string> ShimAsync(SiteOnWire site)
    {
        await File.WriteAllTextAsync(site.PathOf("shim.c"), Shim);
        Directory.CreateDirectory(site.PathOf("shim"));
        foreach (var name in (string[])["libc.so", "liblibc.so"]) // a system with the C library's headers has a libc.so of its own, which is no library; then the other is tried
            Assert.Equal(0, (await Tool.RunAsync("gcc", "gcc", "-shared", "-fPIC", "-o", site.PathOf($"shim/{name}"), site.PathOf("shim.c"))).Exit);
        return site.PathOf("shim");
    }
}
