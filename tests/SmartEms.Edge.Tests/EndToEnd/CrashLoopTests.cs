using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Recording;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>P3, P4: a crash loop ends in something that runs, and running out of memory costs nothing that was acknowledged.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CrashLoopTests(ITestOutputHelper story)
{
    [Fact]
    public async Task P4_after_three_crashes_it_starts_in_safe_mode_and_after_an_orderly_stop_as_ever()
    {
        await using var site = await SiteOnWire.StartAsync();
        var modes = new List<string>();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            if (attempt == 3)
                await File.WriteAllTextAsync(site.PathOf("store.good-site.yaml"), await File.ReadAllTextAsync(site.SiteFile) + "\n# of better days\n");
            await using var crashes = DaemonUnderTest.Start(site);
            modes.Add(await ModeAsync(crashes));
            await crashes.SignalAsync("KILL");
            await crashes.EndAsync();
        }
        Assert.Equal(["normal", "normal", "last-good-site"], modes);
        await using (var safe = DaemonUnderTest.Start(site))
        {
            var now = await safe.UntilAsync(status => status.GetProperty("decision").ValueKind == JsonValueKind.Object, "safe mode", TimeSpan.FromSeconds(20));
            Assert.Equal("safe-mode", now.GetProperty("start").GetString());
            Assert.Contains(now.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("id").GetString() == "F603"
                && finding.GetProperty("next_step").GetString()!.Contains("systemctl restart smartems", StringComparison.Ordinal));
            await Bundle.UntilAsync(() => HasAlert(safe.Store), () => "no alert stands in the ledger");
            story.WriteLine($"the alert stands in the ledger {safe.Age.TotalSeconds:0.0} s after the fourth start");
            await Bundle.UntilAsync(() => IsAtRest(site), () => $"not at rest: {site.State}\n{safe.Said}");
            story.WriteLine($"attempts 1 to 4: {string.Join(", ", modes)}, safe-mode; at rest {safe.Age.TotalSeconds:0.0} s after the fourth start: {site.State}");
            Assert.Contains("safe mode", (await safe.AskAsync("status")).Out, StringComparison.Ordinal);
            await safe.SignalAsync("TERM");
            Assert.Equal(0, await safe.EndAsync());
        }
        await using var again = DaemonUnderTest.Start(site);
        Assert.Equal("normal", await ModeAsync(again));
    }

    [Fact]
    public async Task P4_a_changed_site_file_is_given_its_own_tries()
    {
        await using var site = await SiteOnWire.StartAsync();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await using var crashes = DaemonUnderTest.Start(site);
            await ModeAsync(crashes);
            await crashes.SignalAsync("KILL");
            await crashes.EndAsync();
        }
        await File.AppendAllTextAsync(site.SiteFile, "\n# mended\n");
        await using var mended = DaemonUnderTest.Start(site);
        Assert.Equal("normal", await ModeAsync(mended));
    }

    /// <summary>With a heap that cannot hold the program's work it ends by itself; with the usual one it goes on from its store.</summary>
    [Fact]
    public async Task P3_out_of_memory_ends_the_binary_and_the_restart_finds_its_ledger_whole()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using (var first = DaemonUnderTest.Start(site))
        {
            await first.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision");
            await first.SignalAsync("KILL");
            await first.EndAsync();
        }
        var before = HangTests.SlotsIn(site.PathOf("store.db"));
        var ended = 0;
        foreach (var heap in (string[])["100000", "180000", "200000", "280000"])
        {
            await using var starved = DaemonUnderTest.Start(site, ("DOTNET_GCHeapHardLimit", heap));
            var exit = await WithinAsync(starved, TimeSpan.FromSeconds(8));
            ended += exit is null ? 0 : 1;
            story.WriteLine($"heap of 0x{heap} bytes: {(exit is { } code ? $"ended with {code} after {starved.Age.TotalSeconds:0.0} s" : "goes on")}");
        }
        Assert.True(ended > 0, "no heap was too small");
        await using var restarted = DaemonUnderTest.Start(site);
        await restarted.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() >= 2, "control");
        Assert.Equal(before, HangTests.SlotsIn(site.PathOf("store.db")).Take(before.Length));
        var verified = await Bundle.RunAsync("ledger", "verify", "--store", restarted.Store);
        Assert.True(verified.Exit == 0, verified.ToString());
        story.WriteLine($"restart: {verified.Out.Split('\n')[0]}");
    }

    private static bool HasAlert(string file)
    {
        using var store = SqliteStore.OpenReadOnly(file);
        return store.Read(LedgerKind.Alert, new(long.MinValue), new(long.MaxValue)).Any(entry => AlertChange.FromBytes(entry.Body) is { IsOpened: true, Alert.Code: FindingCode.SafeMode });
    }

    private static bool IsAtRest(SiteOnWire site) => site.Physics(physics => Math.Abs(physics.BatteryDischargeWatts) < 50 && physics.EvChargeWatts < 50);

    private static async Task<string> ModeAsync(DaemonUnderTest daemon) =>
        (await daemon.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() >= 1, "a first step")).GetProperty("start").GetString()!;

    private static async Task<int?> WithinAsync(DaemonUnderTest daemon, TimeSpan within)
    {
        try
        {
            return await daemon.EndAsync().WaitAsync(within);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
