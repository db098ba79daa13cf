using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;

namespace SmartEms.Edge.Tests.Commands;

/// <summary>A recorded day is thought again to the same bytes, damage is named by its entry, and a capture does the same elsewhere without secrets.</summary>
public sealed class ReplayTests : IDisposable
{
    private const int Slots = 96;
    private readonly FilledStore _recorded = new(Record);

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task A_day_is_thought_again_to_the_same_bytes()
    {
        var ran = await Shell.RunAsync(["replay", "--store", _recorded.File, "--assert"]);
        Assert.Equal((Exit.Ok, $"{Slots} decisions thought again: {Slots} the same, 0 different, 0 unreadable\n"), (ran.Exit, ran.Out));
        var verified = await Shell.RunAsync(["ledger", "verify", "--store", _recorded.File]);
        Assert.True(verified.Exit == Exit.Ok && verified.Out.Contains("sound", StringComparison.Ordinal), verified.Out + verified.Error);
    }

    [Fact]
    public async Task One_flipped_bit_is_told_with_the_entrys_number()
    {
        long number;
        using (var store = SqliteStore.OpenReadOnly(_recorded.File))
            number = store.Read(LedgerKind.Cycle, new Instant(0), new Instant(long.MaxValue)).ElementAt(40).Sequence;
        _recorded.Shell($"CREATE TEMP TABLE b AS SELECT hex(body) AS h FROM ledger WHERE seq = {number}; UPDATE ledger SET body = unhexed FROM (SELECT CAST(substr(body, 1, 400) || x'01' || substr(body, 402) AS BLOB) AS unhexed FROM ledger WHERE seq = {number}) WHERE seq = {number}");
        var ran = await Shell.RunAsync(["replay", "--store", _recorded.File, "--assert", "-o", "json"]);
        Assert.Equal(Exit.Failed, ran.Exit);
        var view = JsonDocument.Parse(ran.Out).RootElement;
        Assert.Equal((Slots - 1, 1), (view.GetProperty("same").GetInt32(), view.GetProperty("unreadable").GetInt32()));
        Assert.StartsWith($"entry {number} ", view.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        var verified = await Shell.RunAsync(["ledger", "verify", "--store", _recorded.File, "-o", "json"]);
        Assert.Equal(Exit.Failed, verified.Exit);
        Assert.Equal(number, JsonDocument.Parse(verified.Out).RootElement.GetProperty("faults")[0].GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task Under_another_site_file_it_tells_what_would_differ()
    {
        var other = Path.Combine(_recorded.Directory, "other.yaml");
        File.WriteAllText(other, DemoSite.SiteText);
        Assert.Contains($"{Slots} the same", (await Shell.RunAsync(["replay", "--store", _recorded.File, "--what-if", other])).Out, StringComparison.Ordinal);
        File.WriteAllText(other, DemoSite.SiteText.Replace("soc_min_pct: 10", "soc_min_pct: 60", StringComparison.Ordinal));
        var ran = await Shell.RunAsync(["replay", "--store", _recorded.File, "--what-if", other, "-o", "json"]);
        Assert.True(ran.Exit == Exit.Ok, ran.Error);
        Assert.True(JsonDocument.Parse(ran.Out).RootElement.GetProperty("different").GetInt32() > 0, ran.Out);
    }

    [Fact]
    public async Task A_capture_replays_elsewhere_and_holds_no_secret()
    {
        using var elsewhere = new StoreFolder();
        var file = Path.Combine(elsewhere.Directory, "case.db");
        var made = await Shell.RunAsync(["capture", "--store", _recorded.File, file]);
        Assert.True(made.Exit == Exit.Ok, made.Error);
        Assert.DoesNotContain("hunter2", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        var ran = await Shell.RunAsync(["replay", "--capture", file, "--assert"]);
        Assert.Equal((Exit.Ok, $"{Slots} decisions thought again: {Slots} the same, 0 different, 0 unreadable\n"), (ran.Exit, ran.Out));
        var key = Path.Combine(_recorded.Directory, DeviceKey.PublicFileName);
        Assert.Equal(Exit.Ok, (await Shell.RunAsync(["ledger", "verify", "--store", file, "--public-key", key])).Exit);
        Assert.Equal(Exit.Failed, (await Shell.RunAsync(["capture", "--store", _recorded.File, file])).Exit);
    }

    [Theory]
    [InlineData("password: hunter2", "password: redacted")]
    [InlineData("  - mqtt_password: \"a, b # c\"  # why", "  - mqtt_password: redacted  # why")]
    [InlineData("x: {user: me, api_token: abc}", "x: {user: me, api_token: redacted}")]
    [InlineData("url: mqtt://me:pw@host:1883/", "url: mqtt://redacted@host:1883/")]
    [InlineData("secret: |\n  one\n  two\nnext: 1", "secret: redacted\nnext: 1")]
    [InlineData("name: my password is on the door", "name: my password is on the door")]
    public void Secrets_are_taken_out(string text, string cleaned) => Assert.Equal(cleaned, Redaction.Clean(text));

    private static void Record(SqliteStore store)
    {
        var profiles = new ProfileSource(null);
        var loaded = SiteSource.Parse(DemoSite.SiteText + "\n# password: hunter2\n", DemoSite.SiteFileName, profiles).Value!;
        var list = Provenance.Keep(store, loaded, profiles, DemoSite.DefaultStart);
        var simulated = new SimulatedSite(loaded.Site, DemoSite.Trace, DemoSite.Settings(DemoSite.DefaultStart, 1));
        new SimulationRun(loaded.Site, simulated, Composition.PolicyOf(loaded.Site))
        {
            OnCycle = record => store.Append(LedgerKind.Cycle, record.Image.TakenAt, (record with { SiteHash = loaded.Hash, ProfilesHash = list, PolicyHash = Provenance.PolicyHashOf(loaded.Site) }).ToBytes()),
        }.Run(Slots, 60);
    }
}
