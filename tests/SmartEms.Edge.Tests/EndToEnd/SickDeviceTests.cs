using System.Text.Json;
using SmartEms.Edge.Adapters.Modbus;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>Three of four devices are sick at once, each in another way: the fourth keeps its rhythm, nothing hangs, everything is named, the site stays inside its limits.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class SickDeviceTests(ITestOutputHelper story)
{
    private const double PeriodMs = 1_000;
    private const double MostStrayMs = 50; // and what the machine strays by itself
    private const double TimeoutMs = 1_000; // of all four profiles

    /// <summary>A car charges at its least, so that the charger has something to lose.</summary>
    private static readonly (string, string) Charging = ("mode: surplus ", "mode: minimum ");

    private static readonly TimeSpan Sickness = TimeSpan.FromSeconds(62);

    /// <summary>Two houses at once, to see it from the meter's and from the inverter's side.</summary>
    [Fact]
    public async Task The_healthy_device_keeps_its_rhythm_and_the_sick_ones_are_named()
    {
        await using var one = await SiteOnWire.StartAsync(new() { Lines = [Charging] });
        await using var other = await SiteOnWire.StartAsync(new() { Lines = [Charging, ("export_max_w: 5000 ", "export_max_w: 800 ")] });
        await Task.WhenAll(
            LiveThroughAsync(one, healthy: "meter1", silent: "gx1", garbled: "inv1"),
            LiveThroughAsync(other, healthy: "inv1", silent: "gx1", garbled: "meter1"));
    }

    private async Task LiveThroughAsync(SiteOnWire site, string healthy, string silent, string garbled)
    {
        site.Devices.With(physics => physics.PlugIn(0, 30_000, 3_600));
        await using var daemon = DaemonUnderTest.Start(site);
        await daemon.UntilAsync(now => now.GetProperty("state").GetString() == "running" && now.GetProperty("cycles").GetInt64() >= 1, "a healthy start");
        await Bundle.UntilAsync(() => site.Physics(physics => physics.EvChargeWatts > 1_000 && physics.Batteries[0].DischargeWatts < -300), () => $"neither car nor battery charges\n{daemon.Said}");
        await using MachineLateness machine = new();
        var fellIll = TimeProvider.System.GetTimestamp();
        await site.SwitchOffAsync("wallbox1");
        site.Devices.Misbehave(silent, Misbehaviour.Silent);
        site.Devices.Misbehave(garbled, new(MisbehaviourKind.Garbage));
        var judged = site.Judgement.Seconds;
        await daemon.UntilAsync(now => Named(now, "wallbox1") && Named(now, silent) && Named(now, garbled), "a finding for each sick device, with its next step");
        story.WriteLine($"{healthy} healthy: the others named after {TimeProvider.System.GetElapsedTime(fellIll).TotalSeconds:0.0} s");
        await Bundle.UntilAsync(() => TimeProvider.System.GetElapsedTime(fellIll) > Sickness, () => "time stands still", Sickness * 2);
        var status = await daemon.UntilAsync(_ => true, "an answer");
        Rhythm(site.TapOf(healthy), (healthy, fellIll, MostStrayMs + machine.P99Ms), status);
        foreach (var device in (string[])[healthy, silent, garbled])
            NothingHung(site.TapOf(device), device, fellIll);
        foreach (var device in status.GetProperty("devices").EnumerateArray())
            Assert.InRange(device.GetProperty("slowest_ms").GetInt64(), 0, TimeoutMs * 1.2);
        Assert.Equal("up", status.GetProperty("devices").EnumerateArray().Single(device => device.GetProperty("name").GetString() == healthy).GetProperty("state").GetString());
        story.WriteLine($"{healthy}: judged {site.Judgement}; {site.State}");
        if (healthy == "inv1")
            Assert.True(site.Physics(physics => physics.PvPlants[0].IsLimited), $"blind at the meter, and the sun is not held inside the export limit: {site.State}");
        Assert.Equal(6, site.Physics(physics => physics.EvChargers[0].OfferedAmperes));
        Assert.InRange(site.Judgement.Seconds - judged, 60, int.MaxValue);
        Assert.True(site.Judgement.Violations == 0, $"{healthy}: {site.Judgement}\n{daemon.Said}");
        await StopsInTimeAsync(site, daemon, healthy);
    }

    /// <summary>Told of by name, with what to do and where.</summary>
    private static bool Named(JsonElement status, string device)
    {
        var link = status.GetProperty("devices").EnumerateArray().Single(one => one.GetProperty("name").GetString() == device).GetProperty("link").GetString()!;
        return status.GetProperty("findings").EnumerateArray().Any(finding =>
            finding.GetProperty("subject").GetString() == device
            && finding.GetProperty("what").GetString()!.Contains(device, StringComparison.Ordinal)
            && finding.GetProperty("next_step").GetString()!.Contains(link, StringComparison.Ordinal));
    }

    /// <summary>The healthy device was read every second, as seen on its wire, and Follow stepped every second, as the daemon measured it.</summary>
    private void Rhythm(WireTap tap, (string Device, long Since, double MayStrayMs) what, JsonElement status)
    {
        var (device, since, may) = what;
        var reads = tap.Log.Where(passed => passed.SentAt >= since && passed.Function is 3 or 4).ToArray();
        var round = reads.GroupBy(read => (read.Address, read.Count)).MaxBy(group => group.Count())!.Select(read => read.SentAt).ToArray();
        var strays = round.Zip(round.Skip(1), (a, b) => Math.Abs(TimeProvider.System.GetElapsedTime(a, b).TotalMilliseconds - PeriodMs)).Order().ToArray();
        Assert.InRange(round.Length, 60, 70);
        var (p99, most) = (strays[(strays.Length - 1) * 99 / 100], strays[^1]);
        var (followP99, followMost) = (status.GetProperty("follow_stray_p99_ms").GetDouble(), status.GetProperty("follow_stray_max_ms").GetDouble());
        story.WriteLine($"{device}: read {round.Length} times, stray p99 {p99:0.0} ms, most {most:0.0} ms; Follow stray p99 {followP99:0.0} ms, most {followMost:0.0} ms; may stray {may:0.0} ms on this machine");
        Assert.InRange(p99, 0, may);
        Assert.InRange(followP99, 0, may);
    }

    private void NothingHung(WireTap tap, string device, long since)
    {
        var waits = tap.Log.Where(passed => passed.SentAt >= since).Select(passed => passed.WaitedMs).ToArray();
        story.WriteLine($"{device}: {waits.Length} requests, the longest took {waits.Max():0} ms");
        Assert.InRange(waits.Max(), 0, TimeoutMs * 1.2);
    }

    /// <summary>The sick devices do not keep the ordered stop from the healthy one.</summary>
    private async Task StopsInTimeAsync(SiteOnWire site, DaemonUnderTest daemon, string healthy)
    {
        var began = TimeProvider.System.GetTimestamp();
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        var took = TimeProvider.System.GetElapsedTime(began);
        story.WriteLine($"{healthy}: stopped within {took.TotalMilliseconds:0} ms");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        if (healthy == "inv1")
            Assert.Equal((false, false), site.Physics(physics => (physics.Batteries[0].IsCommanded, physics.PvPlants[0].IsLimited)));
    }
}
