using System.Text.Json;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>The main job of the shipped binary, from the first reading to the ordered stop, against real sockets and moving physics.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class MainJobTests(ITestOutputHelper story)
{
    [Fact]
    public async Task It_sees_decides_acts_proves_stores_and_hands_back()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using var daemon = DaemonUnderTest.Start(site);
        var first = await daemon.UntilAsync(now => now.GetProperty("first_image_ms").ValueKind == JsonValueKind.Number && now.GetProperty("cycles").GetInt64() >= 1, "the first image and decision");
        story.WriteLine($"first complete image after {first.GetProperty("first_image_ms")} ms");
        Assert.Equal("self-consumption-1", first.GetProperty("decision").GetProperty("led_by").GetString());
        await ZerosTheGridAsync(site, daemon);
        await daemon.UntilAsync(now => Receipts(now).Any(one => one is ("inv1", "battery_discharge", "effect-seen")), "the receipt of a proven setpoint");
        await AnswersAsync(daemon);
        await StoresAsync(site, daemon);
        await HandsBackAsync(site, daemon);
        Assert.Equal(0, site.Judgement.Violations);
    }

    /// <summary>An inverter that takes requests and never answers must not cost the charger its release, nor the process its orderly end.</summary>
    [Fact]
    public async Task A_silent_device_does_not_hold_up_the_ordered_stop()
    {
        await using var site = await SiteOnWire.StartAsync(new() { Lines = [("mode: surplus ", "mode: full ")] });
        await using var daemon = DaemonUnderTest.Start(site);
        await Bundle.UntilAsync(() => site.Physics(physics => physics.Batteries[0].IsCommanded && physics.EvChargers[0].OfferedAmperes == 16), () => $"no full offer: {site.State}\n{daemon.Said}");
        site.Devices.Misbehave("inv1", Misbehaviour.Silent);
        var began = TimeProvider.System.GetTimestamp();
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        var took = TimeProvider.System.GetElapsedTime(began);
        story.WriteLine($"stopped within {took.TotalMilliseconds:0} ms");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await Bundle.UntilAsync(() => site.Physics(physics => physics.EvChargers[0].OfferedAmperes == 6), () => "the charger was not released", TimeSpan.FromSeconds(2));
    }

    /// <summary>Many daemons stopped at once, the slower way of running them, without any device: whatever races at the end of a process shows here.</summary>
    [Fact]
    public async Task Every_ordered_stop_ends_well() => await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
    {
        using Scratch scratch = new();
        var start = Bundle.PrepareJit("run", "--site", scratch.Write("site.yaml", SmartEms.Edge.Simulation.DemoSite.SiteText), "--store", scratch.Of("store.db"), "--socket", scratch.Of("ctl.sock"));
        await using DaemonUnderTest daemon = new(scratch.Of, start);
        await Bundle.UntilAsync(async () => (await daemon.AskAsync("version", "-o", "json")).Json.GetProperty("daemon_version").ValueKind == JsonValueKind.String, () => $"it does not start: {daemon.Said}");
        await daemon.SignalAsync("TERM");
        var exit = await daemon.EndAsync();
        Assert.True(exit == 0, $"exit {exit}: {daemon.Said}");
    }));

    private static IEnumerable<(string?, string?, string?)> Receipts(JsonElement status) => status.GetProperty("receipts").EnumerateArray()
        .Select(one => (one.GetProperty("device").GetString(), one.GetProperty("control").GetString(), one.GetProperty("state").GetString()));

    /// <summary>The battery takes what the house leaves of the sun; the physics, not the daemon, says so.</summary>
    private async Task ZerosTheGridAsync(SiteOnWire site, DaemonUnderTest daemon)
    {
        var inARow = 0;
        await Bundle.UntilAsync(async () =>
        {
            var (import, battery) = site.Physics(physics => (physics.ImportWatts, physics.Batteries[0]));
            inARow = Math.Abs(import) < 150 && battery.IsCommanded && battery.DischargeWatts < -500 ? inARow + 1 : 0;
            await Task.Delay(100);
            return inARow >= 20;
        }, () => $"the grid is not at zero: {site.State}\n{daemon.Said}");
        story.WriteLine(site.State);
    }

    private static async Task AnswersAsync(DaemonUnderTest daemon)
    {
        var status = await daemon.AskAsync("status");
        Assert.True(status.Exit == 0 && status.Out.Contains("RUNNING", StringComparison.Ordinal), status.ToString());
        Assert.Contains("self-consume", status.Out, StringComparison.Ordinal);
        var devices = await daemon.AskAsync("devices");
        Assert.True(devices.Exit == 0 && devices.Out.Contains("4 up", StringComparison.Ordinal), devices.ToString());
        var listed = (await daemon.AskAsync("devices", "-o", "json")).Json.GetProperty("devices").EnumerateArray().Select(device => (device.GetProperty("name").GetString(), device.GetProperty("state").GetString()));
        Assert.Equal([("meter1", "up"), ("inv1", "up"), ("gx1", "up"), ("wallbox1", "up")], listed);
        var why = await daemon.AskAsync("why");
        Assert.True(why.Exit == 0 && why.Out.Contains("self-consume", StringComparison.Ordinal), why.ToString());
        var reasons = (await daemon.AskAsync("why", "-o", "json")).Json.GetProperty("decision").GetProperty("reasons");
        Assert.True(reasons.GetArrayLength() > 0);
        foreach (var reason in reasons.EnumerateArray())
            Assert.Contains(reason.GetProperty("words").GetString()!, why.Out, StringComparison.Ordinal);
    }

    private static async Task StoresAsync(SiteOnWire site, DaemonUnderTest daemon)
    {
        var now = Instant.From(TimeProvider.System.GetUtcNow());
        await Bundle.UntilAsync(() =>
        {
            using var store = SqliteStore.OpenReadOnly(daemon.Store);
            var soc = store.Points().FirstOrDefault(point => point.Name.StartsWith("gx1/", StringComparison.Ordinal));
            return store.Last(LedgerKind.Cycle) is not null && soc is not null && store.ReadTelemetry(soc.Number, now + TimeSpan.FromMinutes(-5), now + TimeSpan.FromMinutes(5)).Any();
        }, () => $"no record or no telemetry in {daemon.Store}");
        var replayed = await Bundle.RunAsync("replay", "--assert", "--store", daemon.Store, "-o", "json");
        Assert.True(replayed.Exit == 0 && replayed.Json.GetProperty("same").GetInt32() >= 1, replayed.ToString());
    }

    private async Task HandsBackAsync(SiteOnWire site, DaemonUnderTest daemon)
    {
        var began = TimeProvider.System.GetTimestamp();
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        var took = TimeProvider.System.GetElapsedTime(began);
        story.WriteLine($"stopped within {took.TotalMilliseconds:0} ms");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Contains("every device follows its own automatic again", daemon.Said, StringComparison.Ordinal);
        Assert.Equal((false, false), site.Physics(physics => (physics.Batteries[0].IsCommanded, physics.PvPlants[0].IsLimited)));
        await Bundle.UntilAsync(() => site.Physics(physics => physics.EvChargers[0].OfferedAmperes) == 6, () => "the charger does not offer its 6 A");
        Assert.DoesNotContain("ctl.sock", site.Files);
    }
}
