using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Commands;
using SmartEms.Edge.Tests.Proposing;
using Xunit;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>A policy that is put in place on the box: the daemon proposes by it from the next decision on, records name it, replays find it, and an unsound one leaves the lead to the plan.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class PolicyInPlaceTests
{
    private static readonly Asker Anna = new("anna", "reload");

    /// <summary>The site of the wire with prices by the hour, so that something is planned.</summary>
    private static async Task<SiteOnWire> PricedAsync()
    {
        var site = await SiteOnWire.StartAsync();
        var text = await File.ReadAllTextAsync(site.SiteFile);
        Assert.Contains("  export_per_kwh:", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(site.SiteFile, text.Replace("  export_per_kwh:", "  windows: [{from: \"17:00\", to: \"21:00\", import_per_kwh: 0.55}]\n  export_per_kwh:", StringComparison.Ordinal));
        return site;
    }

    [Fact]
    public async Task It_proposes_from_the_next_quarter_hour_on_and_every_record_is_thought_again()
    {
        await using var site = await PricedAsync();
        await using LivingDaemon daemon = new(site, untilSlotEnds: TimeSpan.FromSeconds(12));
        await daemon.UntilAsync(() => daemon.Now is { Cycles: >= 1 }, "the first decision");
        var directory = Path.GetDirectoryName(daemon.Store)!;
        var drawn = PolicyFileTests.Drawn(4);
        PolicyKeys.Keep(directory, drawn.Write(), PolicyKeys.Sign(directory, drawn.Write()));

        var answer = await daemon.Resident.ReloadAsync(Anna, null, default);

        Assert.True(answer.Code == ReloadAnswer.Ok, $"{answer}\n{daemon.Said}");
        Assert.Contains(PolicyKeys.OfTheBox, daemon.Resident.Current.Loaded.Policy.From, StringComparison.Ordinal);
        await daemon.UntilAsync(() => daemon.Now is { Cycles: >= 1 }, "the next quarter-hour's decision");
        await daemon.EndAsync();
        var records = daemon.Records();
        Assert.Equal([SitePolicy.BuiltIn.Hash, new SitePolicy(drawn, "").Hash], records.Select(record => record.PolicyHash));
        using (var store = SqliteStore.OpenReadOnly(daemon.Store))
        {
            Assert.Equal(drawn.Write(), SitePolicy.Kept(store.Text(records[1].PolicyHash))!.File.Write());
            Assert.Contains($"policy {records[1].PolicyHash}", System.Text.Encoding.UTF8.GetString(store.Last(LedgerKind.Configuration)!.Body), StringComparison.Ordinal);
        }
        var replayed = await Shell.RunAsync(["replay", "--assert", "--store", daemon.Store]);
        Assert.Equal((0, "2 decisions thought again: 2 the same, 0 different, 0 unreadable\n"), (replayed.Exit, replayed.Out));
    }

    [Fact]
    public async Task A_damaged_one_is_told_of_and_the_plan_leads()
    {
        await using var site = await PricedAsync();
        var store = site.PathOf("store.db");
        var directory = Path.GetDirectoryName(store)!;
        var bytes = PolicyFileTests.Drawn(4).Write();
        var signature = PolicyKeys.Sign(directory, bytes);
        bytes[1_000] ^= 1;
        PolicyKeys.Keep(directory, bytes, signature);
        await using LivingDaemon daemon = new(site);
        await daemon.UntilAsync(() => daemon.Now is { Cycles: >= 1 } now && now.Findings.Any(finding => finding.Code == FindingCode.PolicyRefused), "the finding");
        Assert.Contains(PolicySource.KeptName, daemon.Resident.Current.Loaded.Policy.Refused, StringComparison.Ordinal);
        Assert.True(PolicyFile.PlanAlone.Write().AsSpan().SequenceEqual(daemon.Resident.Current.Loaded.Policy.File.Write()));
        File.Delete(Path.Combine(directory, PolicySource.KeptName));
        Assert.Equal(ReloadAnswer.Ok, (await daemon.Resident.ReloadAsync(Anna, null, default)).Code);
        await daemon.UntilAsync(() => daemon.Now is { FollowSteps: >= 1 } now && now.Findings.All(finding => finding.Code != FindingCode.PolicyRefused), "the end of the finding");
        await daemon.EndAsync();
    }
}
