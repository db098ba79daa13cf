using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>The shipped daemon is killed again and again at random moments: how long until it controls again, and whether its ledger is whole.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class RestartFaults(ITestOutputHelper output)
{
    [Fact]
    public async Task S4_the_killed_daemon_controls_again_soon()
    {
        var kills = Effort.Of(3, 100);
        await using var site = await SiteOnWire.StartAsync(new());
        var took = new List<double>();
        for (var kill = 0; kill <= kills; kill++)
        {
            await using var daemon = DaemonUnderTest.Start(site);
            await daemon.UntilAsync(status => status.GetProperty("follow_steps").GetInt64() >= 1, "a step of control", TimeSpan.FromSeconds(20));
            if (kill > 0)
                took.Add(daemon.Age.TotalSeconds);
            await Task.Delay(Effort.Dice(kill, 4).Below(800));
            await daemon.SignalAsync("KILL");
            await daemon.EndAsync();
            Assert.DoesNotContain("was damaged", daemon.Said, StringComparison.Ordinal);
        }

        took.Sort();
        var p99 = took[(int)Math.Ceiling(took.Count * 0.99) - 1];
        var words = string.Create(CultureInfo.InvariantCulture, $"median {took[took.Count / 2]:0.00} s, p99 {p99:0.00} s, longest {took[^1]:0.00} s");
        output.WriteLine(words);
        var store = site.PathOf("store.db");
        using var reader = SqliteStore.OpenReadOnly(store);
        var verdict = LedgerScan.Verify(reader, DeviceKey.ReadPublic(Path.Combine(Path.GetDirectoryName(store)!, DeviceKey.PublicFileName)));
        Assert.True(verdict.IsSound && verdict.Gaps.Count == 0, string.Join("; ", verdict.Faults.Take(3)));
        Assert.Empty(reader.Gaps(new(long.MinValue), new(long.MaxValue)));
        Evidence.Passed("S4 restart", "kill -9 of the shipped daemon at random, from its start to its first control step on six simulated devices", kills, $"{words}; ledger of {verdict.Entries} entries sound");
    }
}
