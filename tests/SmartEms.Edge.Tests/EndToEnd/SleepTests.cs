using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>T4 against the binary: the machine slept for two hours. It stood still meanwhile, CLOCK_BOOTTIME and the wall clock went on, CLOCK_MONOTONIC did not.
/// The C library it asks for CLOCK_BOOTTIME is a small one of ours that adds what was slept; libfaketime does the same for the wall clock.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class SleepTests(ITestOutputHelper story)
{
    private const int Slept = 7_200;

    private const string Shim = """
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/syscall.h>
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
        """;

    [Fact]
    public async Task T4_after_two_hours_asleep_it_decides_one_slot_and_controls_again()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        var (clock, sleep) = (site.PathOf("clock"), site.PathOf("slept"));
        await File.WriteAllTextAsync(clock, "+0\n");
        await File.WriteAllTextAsync(sleep, "0\n");
        await File.WriteAllTextAsync(site.PathOf("shim.c"), Shim);
        Directory.CreateDirectory(site.PathOf("shim"));
        foreach (var name in (string[])["libc.so", "liblibc.so"]) // a system with the C library's headers has a libc.so of its own, which is no library; then the other is tried
            Assert.Equal(0, (await Tool.RunAsync("gcc", "gcc", "-shared", "-fPIC", "-o", site.PathOf($"shim/{name}"), site.PathOf("shim.c"))).Exit);
        await using var daemon = DaemonUnderTest.Start(site, [.. ClockFaultTests.FakedBy(clock), ("LD_LIBRARY_PATH", site.PathOf("shim")), ("SLEPT_SECONDS", sleep)]);
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit: {site.State}\n{daemon.Said}");
        var before = await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() == 1, "a decision");
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
}
