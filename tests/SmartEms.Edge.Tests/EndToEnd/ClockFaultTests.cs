using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>T1, T2 against the binary: its wall clock is stepped under its feet (libfaketime; the monotonic clock is left alone).</summary>
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

    /// <summary>One run through the nights on which Berlin's clocks change, a leap day and the end of a year: every quarter-hour has its place in a day of 92, 100 or 96.</summary>
    [Fact]
    public async Task T2_days_on_which_the_clocks_change_have_their_slots()
    {
        await using var site = await SiteOnWire.StartAsync();
        var clock = site.PathOf("clock");
        await File.WriteAllTextAsync(clock, "+0\n");
        await using var daemon = DaemonUnderTest.Start(site, FakedBy(clock));
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision");
        foreach (var (moment, span, place) in ((string, string, string)[])[
            ("2027-03-28T00:52:00Z", "2027-03-28 01:45–03:00 +02:00", "8 of 92"),
            ("2027-03-28T02:37:00Z", "2027-03-28 04:30–04:45 +02:00", "15 of 92"),
            ("2027-10-31T00:20:00Z", "2027-10-31 02:15–02:30 +02:00", "10 of 100"),
            ("2027-10-31T01:20:00Z", "2027-10-31 02:15–02:30 +01:00", "14 of 100"),
            ("2028-02-29T12:07:00Z", "2028-02-29 13:00–13:15 +01:00", "53 of 96"),
            ("2028-12-31T22:52:00Z", "2028-12-31 23:45–00:00 +01:00", "96 of 96")])
        {
            var offset = (long)(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow()).TotalSeconds;
            await File.WriteAllTextAsync(clock, string.Create(CultureInfo.InvariantCulture, $"+{offset}s\n"));
            var said = "";
            await Bundle.UntilAsync(async () => (said = await WhyInBerlinAsync(daemon)).Contains(span, StringComparison.Ordinal), () => $"{moment}: {span} is not decided\n{said}\n{daemon.Said}");
            Assert.Contains(place, said, StringComparison.Ordinal);
        }
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        var slots = HangTests.SlotsIn(daemon.Store);
        Assert.Equal(slots.Distinct(), slots);
        story.WriteLine($"{slots.Length} slots decided over two years, each once");
    }

    private static async Task<string> WhyInBerlinAsync(DaemonUnderTest daemon)
    {
        var ask = Bundle.Prepare(Bundle.Binary, ["why", "--socket", daemon.Socket]);
        ask.Environment["TZ"] = "Europe/Berlin";
        return (await Bundle.RunAsync(ask, Bundle.Guard)).Out;
    }
}
