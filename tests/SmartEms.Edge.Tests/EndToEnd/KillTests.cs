using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>kill -9 in the middle of limiting: every device falls back by its own timer, and the restarted daemon goes on where it was.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class KillTests(ITestOutputHelper story)
{
    /// <summary>The devices' own timers are set shorter, so that the test is.</summary>
    internal static readonly SiteWishes Limiting = new()
    {
        Lines =
        [
            ("export_max_w: 5000 ", "export_max_w: 300 "),
            ("charge_max_w: 5000\n", "charge_max_w: 1000\n"),
            ("mode: surplus ", "mode: full "),
        ],
        Profiles =
        [
            ("sunspec-hybrid", "timeout_ms: 60000", "timeout_ms: 12000"),
            ("sunspec-hybrid", "in_out_w_rte_rvrt_tms, value: 60}", "in_out_w_rte_rvrt_tms, value: 12}"),
            ("sunspec-hybrid", "w_max_lim_pct_rvrt_tms, value: 60}", "w_max_lim_pct_rvrt_tms, value: 12}"),
            ("keba-p30", "timeout_ms: 30000", "timeout_ms: 10000"),
            ("keba-p30", "{point: failsafe_timeout, value: 30, ", "{point: failsafe_timeout, value: 10, "),
        ],
    };

    [Fact]
    public async Task Every_device_falls_back_and_the_restart_goes_on()
    {
        await using var site = await SiteOnWire.StartAsync(Limiting);
        JsonElement decision;
        await using (var killed = DaemonUnderTest.Start(site))
        {
            await Bundle.UntilAsync(() => site.Physics(physics => physics.PvPlants[0] is { IsLimited: true } pv && pv.ProductionWatts < pv.AvailableWatts - 500
                && physics.Batteries[0].IsCommanded && physics.ImportWatts > -400 && physics.EvChargers[0] is { IsCommanded: true, OfferedAmperes: > 10 }), () => $"it does not limit: {site.State}\n{killed.Said}");
            story.WriteLine($"limiting: {site.State}");
            await SlotHasRoomAsync();
            decision = (await killed.UntilAsync(IsDecided, "this quarter-hour's decision")).GetProperty("decision");
            await killed.SignalAsync("KILL");
            await killed.EndAsync();
            Assert.True(site.Physics(physics => physics.PvPlants[0].IsLimited), "the limit went with the daemon: it should have been the device's timer");
        }
        await FallsBackAsync(site);
        await using var restarted = DaemonUnderTest.Start(site);
        await GoesOnAsync(restarted, decision);
        await Bundle.UntilAsync(() => site.Physics(physics => physics.PvPlants[0].IsLimited && physics.ImportWatts > -400), () => $"it does not limit again: {site.State}\n{restarted.Said}");
    }

    /// <summary>Kill, fall back and restart must lie in one quarter-hour to say anything about it; near its end the next one is waited for.</summary>
    private static Task SlotHasRoomAsync() => Bundle.UntilAsync(() =>
    {
        var now = Instant.From(TimeProvider.System.GetUtcNow());
        return Slot.Of(now).End - now > TimeSpan.FromSeconds(45);
    }, () => "no new quarter-hour", TimeSpan.FromSeconds(60));

    private static bool IsDecided(JsonElement now) =>
        now.GetProperty("decision") is { ValueKind: JsonValueKind.Object } decision
        && decision.GetProperty("slot").GetDateTimeOffset() == Slot.Of(Instant.From(TimeProvider.System.GetUtcNow())).Start.ToDateTimeOffset();

    private async Task FallsBackAsync(SiteOnWire site)
    {
        var began = TimeProvider.System.GetTimestamp();
        await Bundle.UntilAsync(() => site.Physics(physics => !physics.Batteries[0].IsCommanded && !physics.PvPlants[0].IsLimited && physics.EvChargers[0].OfferedAmperes == 6),
            () => $"not everything fell back: {site.State}");
        var took = TimeProvider.System.GetElapsedTime(began);
        story.WriteLine($"fell back within {took.TotalSeconds:0.0} s by their own timers (12 s and 10 s): {site.State}");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(14));
        Assert.Equal(3, site.Physics(physics => physics.Reversions));
    }

    private async Task GoesOnAsync(DaemonUnderTest daemon, JsonElement decision)
    {
        var now = await daemon.UntilAsync(status => status.GetProperty("follow_steps").GetInt64() >= 1 && status.GetProperty("decision").ValueKind == JsonValueKind.Object, "the decision from before", TimeSpan.FromSeconds(10));
        story.WriteLine($"goes on {daemon.Age.TotalMilliseconds:0} ms after its start (first image {now.GetProperty("first_image_ms")} ms)");
        Assert.InRange(daemon.Age, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Equal(0, now.GetProperty("cycles").GetInt64());
        Assert.Equal(decision.ToString(), now.GetProperty("decision").ToString());
        await daemon.UntilAsync(status => status.GetProperty("follow_steps").GetInt64() >= 3, "Follow");
        using var store = SqliteStore.OpenReadOnly(daemon.Store);
        var slots = store.Read(LedgerKind.Cycle, new(0), new(long.MaxValue)).Select(entry => CycleRecord.FromBytes(entry.Body).Slot).ToArray();
        Assert.Equal(slots.Distinct(), slots);
    }
}
