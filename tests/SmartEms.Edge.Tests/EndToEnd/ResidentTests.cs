using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Commands;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>C8 where the clock must be near the end of a quarter-hour, or a part must fail that never fails by itself: the daemon in this process, on real sockets.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ResidentTests(ITestOutputHelper story)
{
    private static readonly Asker Anna = new("anna", "reload");

    [Fact]
    public async Task C8_a_quarter_hour_is_decided_once_and_each_under_one_file()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using LivingDaemon daemon = new(site, untilSlotEnds: TimeSpan.FromSeconds(12));
        await daemon.UntilAsync(() => daemon.Now is { Cycles: >= 1 }, "the first decision");
        var (old, fresh) = (await File.ReadAllTextAsync(site.SiteFile), (await File.ReadAllTextAsync(site.SiteFile)).Replace("export_max_w: 5000 ", "export_max_w: 1500 ", StringComparison.Ordinal));
        await File.WriteAllTextAsync(site.SiteFile, fresh);

        var answer = await daemon.Resident.ReloadAsync(Anna, SiteSource.Hash(fresh), default);

        Assert.True(answer.Code == ReloadAnswer.Ok, $"{answer}\n{daemon.Said}");
        Assert.Equal(1_500, daemon.Resident.Current.Site.Pcc.ExportMax.Watts);
        Assert.Null(daemon.Resident.Current.Daemon.Leaves().Memory.LastDecision); // what was decided under the old file does not stand
        await daemon.UntilAsync(() => daemon.Now is { Cycles: >= 1 }, "the next quarter-hour's decision");
        await daemon.EndAsync();
        story.WriteLine($"no step for {answer.Milliseconds:0} ms");

        var records = daemon.Records();
        Assert.Equal([SiteSource.Hash(old), SiteSource.Hash(fresh)], records.Select(record => record.SiteHash));
        Assert.Equal([0L, 1L], records.Select(record => record.Slot.Index - records[0].Slot.Index));
        Assert.Equal([SiteSource.Hash(old), SiteSource.Hash(fresh)], ReloadTests.SitesIn(daemon.Store));
        Assert.Contains(ReloadTests.NotesIn(daemon.Store), note => note.Contains("was decided under the site file before; the plain rule leads until it ends", StringComparison.Ordinal));
        using var store = SqliteStore.OpenReadOnly(daemon.Store);
        Assert.Equal(fresh, store.Text(SiteSource.Hash(fresh)));
        var replayed = await Shell.RunAsync(["replay", "--store", daemon.Store]);
        Assert.True(replayed.Exit == 0, $"{replayed}");
    }

    [Fact]
    public async Task C8_what_cannot_be_put_together_leaves_the_file_before_in_force()
    {
        await using var site = await SiteOnWire.StartAsync();
        var old = await File.ReadAllTextAsync(site.SiteFile);
        await using LivingDaemon daemon = new(site, house: (_, _) => throw new IOException("no room for one more link"));
        await daemon.UntilAsync(() => daemon.Now is { Cycles: >= 1 }, "the first decision");
        var decision = daemon.Now!.Decision;
        await File.WriteAllTextAsync(site.SiteFile, old + "\nhome:\n  broker: {connect: \"mqtt://127.0.0.1:1\"}\n");

        var answer = await daemon.Resident.ReloadAsync(Anna, null, default);

        Assert.True(answer.Code == "not_taken" && answer.Message.Contains("no room for one more link", StringComparison.Ordinal), $"{answer}\n{daemon.Said}\n{string.Join('\n', answer.Problems)}");
        Assert.Equal(SiteSource.Hash(old), daemon.Resident.Current.Loaded.Hash);
        await daemon.UntilAsync(() => daemon.Now is { FollowSteps: >= 2, Decision: not null }, "control");
        Assert.Equal(decision, daemon.Now.Decision); // the same quarter-hour goes on under the same decision
        await daemon.EndAsync();
        Assert.Single(daemon.Records());
        Assert.Equal([SiteSource.Hash(old)], ReloadTests.SitesIn(daemon.Store));
        Assert.Contains(ReloadTests.NotesIn(daemon.Store), note => note.StartsWith("the site file was not reloaded, asked by anna: the file is good, but", StringComparison.Ordinal));
    }

    [Fact]
    public async Task C8_orders_and_an_emergency_stop_go_on_through_a_change()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using LivingDaemon daemon = new(site);
        await daemon.UntilAsync(() => daemon.Now is { Cycles: >= 1 }, "the first decision");
        var orders = daemon.Resident.Current.Orders;
        Assert.True((await orders.SetAsync("battery1", "idle", TimeSpan.FromMinutes(10), new("anna", "rest"))).IsTaken);
        Assert.True((await orders.SetAsync("wallbox1", "off", TimeSpan.FromMinutes(10), new("anna", "leave it"))).IsTaken);
        await File.AppendAllTextAsync(site.SiteFile, "\n# another\n");
        var changing = daemon.Resident.ReloadAsync(Anna, null, default);
        var stopped = orders.StopAsync(new("bert", "smoke"));
        Assert.Equal(ReloadAnswer.Ok, (await changing).Code);
        Assert.True((await stopped).IsTaken);

        await daemon.UntilAsync(() => daemon.Now is { FollowSteps: >= 1 }, "control");
        var now = daemon.Now!.Image.Orders;
        Assert.Equal("bert", now.Stop?.By);
        Assert.Equal(["rest", "leave it"], now.Overrides.Select(one => one.Reason));
        Assert.True(daemon.Now is { Envelope.IsStopped: true });
        await daemon.EndAsync();
    }

    [Fact]
    public async Task C8_a_daemon_that_is_ending_says_so()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using LivingDaemon daemon = new(site);
        await daemon.UntilAsync(() => daemon.Now is { Cycles: >= 1 }, "the first decision");
        await daemon.EndRhythmsAsync();
        await File.AppendAllTextAsync(site.SiteFile, "\n# another\n");
        Assert.Equal(ReloadAnswer.Stopping, (await daemon.Resident.ReloadAsync(Anna, null, default)).Code);
    }
}

/// <summary>The daemon of this process on a site of real sockets, as `smartems run` puts it together; its wall clock may stand elsewhere in the quarter-hour.</summary>
internal sealed class LivingDaemon : IAsyncDisposable
{
    private readonly StringWriter said = new();
    private readonly CancellationTokenSource over = new();
    private readonly Task running;

    public LivingDaemon(SiteOnWire site, TimeSpan? untilSlotEnds = null, Func<Core.Describing.HomeLink, Core.Syncing.HomeTopics, IUplink>? house = null)
    {
        Store = site.PathOf("store.db");
        ElsewhereInTime time = new(untilSlotEnds);
        Log log = new(said, forJournal: false);
        ProfileSource Profiles() => new(site.ProfileDirectory);
        var profiles = Profiles();
        SitePolicy Policy() => PolicyKeys.InForce(Path.GetDirectoryName(Store)!);
        var loaded = SiteSource.Load(site.SiteFile, profiles).Value! with { Policy = Policy() };
        StartLog starts = new(Store, site.PathOf("ctl.sock"), log);
        starts.Begin(loaded.Hash, "test");
        var built = Composition.Build(loaded, profiles, new(Store, time, TimeProvider.System, log) { Home = house });
        Resident = new(new(site.SiteFile, Profiles, starts, SilentLink.Instance, TimeProvider.System, log) { Policy = Policy }, built);
        running = Resident.RunAsync(over.Token);
    }

    public Resident Resident { get; }
    public string Store { get; }
    public Snapshot? Now => Resident.Current.Daemon.Latest;

    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    public Task UntilAsync(Func<bool> come, string what) => Bundle.UntilAsync(come, () => $"{what} did not come; {running.Status}, {Now?.Cycles} cycles, {Now?.FollowSteps} steps\n{Said}");

    public async Task EndRhythmsAsync()
    {
        await over.CancelAsync();
        await running;
    }

    /// <summary>Ends all of it; what is stored can be read then.</summary>
    public async Task EndAsync()
    {
        await EndRhythmsAsync();
        await Resident.DisposeAsync();
    }

    public CycleRecord[] Records()
    {
        using var store = SqliteStore.OpenReadOnly(Store);
        return [.. store.Read(LedgerKind.Cycle, new(long.MinValue), new(long.MaxValue)).OrderBy(entry => entry.Sequence).Select(entry => CycleRecord.FromBytes(entry.Body))];
    }

    public async ValueTask DisposeAsync()
    {
        if (!over.IsCancellationRequested)
            await EndAsync();
        over.Dispose();
    }

    /// <summary>This machine's time, its wall clock set so that a quarter-hour ends soon.</summary>
    private sealed class ElsewhereInTime(TimeSpan? untilSlotEnds) : TimeProvider
    {
        private readonly TimeSpan shift = untilSlotEnds is { } left ? Slot.Of(Instant.From(System.GetUtcNow())).End.ToDateTimeOffset() - left - System.GetUtcNow() : TimeSpan.Zero;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
