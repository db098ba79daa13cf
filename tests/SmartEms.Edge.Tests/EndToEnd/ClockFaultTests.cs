using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>T1 against the binary: its wall clock is stepped under its feet (libfaketime; the monotonic clock is left alone).</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ClockFaultTests(ITestOutputHelper story)
{
    private static readonly string[] Libraries = ["/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"];

    /// <summary>What makes a process believe the offset in a file of the wall clock, and of no other clock.</summary>
    internal static (string Name, string Value)[] FakedBy(string clock)
    {
        var library = Array.Find(Libraries, File.Exists);
        Assert.True(library is not null, "libfaketime is missing: install the Debian package faketime");
        return [("LD_PRELOAD", library), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("FAKETIME_FORCE_MONOTONIC_FIX", "0")];
    }

    [Fact]
    public async Task T1_steps_of_the_clock_decide_no_slot_twice_and_leave_the_devices_kept()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        var clock = site.PathOf("clock");
        await File.WriteAllTextAsync(clock, "+0\n");
        await using var daemon = DaemonUnderTest.Start(site, FakedBy(clock));
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit: {site.State}\n{daemon.Said}");
        var fell = site.Physics(physics => physics.Reversions);
        story.WriteLine($"limiting, {fell} fallbacks so far");
        foreach (var (name, offset) in ((string, string)[])[("-5 h", "-5h"), ("+5 h", "+5h"), ("+10 years", "+3650d"), ("1970", "-20000d"), ("back", "+0"), ("-5 h again", "-5h")])
        {
            var before = (await daemon.StatusAsync())!.Value;
            await File.WriteAllTextAsync(clock, offset + "\n");
            var stepped = TimeProvider.System.GetTimestamp();
            var now = await daemon.UntilAsync(status => Math.Abs((status.GetProperty("at").GetDateTime() - before.GetProperty("at").GetDateTime()).TotalHours) > 1
                && status.GetProperty("follow_steps").GetInt64() >= before.GetProperty("follow_steps").GetInt64() + 4, $"{name}, and Follow going on");
            story.WriteLine($"{name}: {now.GetProperty("at").GetDateTime():yyyy-MM-dd HH:mm:ss}Z, {now.GetProperty("follow_steps").GetInt64() - before.GetProperty("follow_steps").GetInt64()} Follow steps in "
                + $"{TimeProvider.System.GetElapsedTime(stepped).TotalSeconds:0.0} s, {now.GetProperty("cycles").GetInt64() - before.GetProperty("cycles").GetInt64()} cycles, {site.Physics(physics => physics.Reversions)} fallbacks");
            Assert.InRange(now.GetProperty("cycles").GetInt64() - before.GetProperty("cycles").GetInt64(), 0, 2);
            Assert.True(HangTests.IsLimiting(site), site.State);
        }
        Assert.Equal(fell, site.Physics(physics => physics.Reversions));
        Assert.Contains("the clock stepped by -18000", daemon.Said.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await daemon.SignalAsync("TERM");
        var exit = await daemon.EndAsync();
        Assert.True(exit == 0, $"exit {exit}: {daemon.Said}");
        var slots = HangTests.SlotsIn(daemon.Store);
        Assert.Equal(slots.Distinct(), slots);
        story.WriteLine($"{slots.Length} slots decided, each once; no device fell back");
    }
}
