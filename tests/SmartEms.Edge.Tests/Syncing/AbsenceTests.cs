using System.Text;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Control;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>A month without a cloud, with the real store on a real disk: the link costs no memory meanwhile, the ledger stays small, and then everything is there, once and in order.</summary>
[Collection(SmartEms.Edge.Tests.Faults.FaultRun.Name)]
public sealed class AbsenceTests(ITestOutputHelper story) : IDisposable
{
    private const int Days = 30;
    private const int SlotsOfDay = 96;
    private const int StepMs = 250;

    /// <summary>The ledger has no budget of its own, because nothing of it may go before it is acknowledged; beside the 1.8 GB of telemetry a month of it must not weigh.</summary>
    private const long MostLedgerBytes = 200_000_000;
    private const long MostGrowth = 5_000_000;

    private readonly string folder = Directory.CreateTempSubdirectory("absence").FullName;
    private readonly ManualTime time = new();
    private readonly FakeUplink uplink = new();
    private readonly Far far = new();
    private long sendable;

    /// <summary>A quarter-hour of a busy box: the whole record of its cycle, receipts, notes and its summary.</summary>
    private void Slot(SqliteStore store, long slot)
    {
        var at = new Slot(slot).Start;
        var drafts = new List<LedgerDraft> { new(LedgerKind.Cycle, at, House.Record.ToBytes()) };
        for (var i = 0; i < 20; i++)
            drafts.Add(new(LedgerKind.Receipt, at, new byte[40]));
        for (var i = 0; i < 6; i++)
            drafts.Add(new(LedgerKind.Note, at, Encoding.UTF8.GetBytes($"something happened: {i}")));
        drafts.Add(new(LedgerKind.Summary, at, new SlotSummary(new(slot), new(1234.5, 0, 801.2, 12, 433.3, 2000) { Cost = 0.1234, Seconds = 900 }, 55.2).ToBytes()));
        store.AppendAll([.. drafts]);
        sendable += drafts.Count(draft => LedgerText.TopicOf(draft.Kind) is not null);
    }

    [Fact]
    public async Task Thirty_days_of_absence_cost_no_memory_and_lose_nothing()
    {
        var path = Path.Combine(folder, "store.db");
        var store = SqliteStore.Open(path);
        await using var recorder = new Recorder(store, TimeProvider.System);
        var (site, clock) = (Given.Site() with { Cloud = Linked.Link }, new SiteClock(time));
        var topics = UplinkTopics.Of(Linked.Link, site.Id);
        uplink.Deliver = message => far.Take(message, clock.UptimeMs);
        using var uplinker = new Uplinker(new(Linked.Link, site, uplink, recorder, clock, Log.Silent) { Latest = () => null, Program = "test" });
        void Live(TimeSpan span, int stepMs)
        {
            for (var ms = 0L; ms < span.TotalMilliseconds; ms += stepMs)
            {
                time.Advance(TimeSpan.FromMilliseconds(stepMs));
                if (ms % 5_000 == 0)
                    uplink.Receive(topics.Acknowledge, far.Ack);
                uplinker.Step(TimeSpan.Zero);
            }
        }
        uplink.Plug();
        Live(TimeSpan.FromSeconds(10), StepMs);
        uplink.Unplug();
        var memory = new List<long>();
        for (var day = 0; day < Days; day++)
        {
            for (var slot = 0; slot < SlotsOfDay; slot++)
            {
                Slot(store, 2_000_000 + (day * SlotsOfDay) + slot);
                Live(TimeSpan.FromMinutes(15), 60_000);
            }
            memory.Add(GC.GetTotalMemory(forceFullCollection: true));
        }
        var bytes = Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length);
        story.WriteLine($"{sendable} entries to be sent of {store.Head.Sequence}; store {bytes / 1e6:0.0} MB; memory by day {string.Join(' ', memory.Select(one => $"{one / 1e6:0.0}"))} MB");
        Assert.Equal(0, far.Messages);
        Assert.InRange(memory[^1] - memory[1], long.MinValue, MostGrowth);
        Assert.InRange(bytes, 1, MostLedgerBytes);
        uplink.Plug();
        var (began, most) = (clock.UptimeMs, 0L);
        while (far.Through < store.Head.Sequence && clock.UptimeMs - began < TimeSpan.FromMinutes(10).TotalMilliseconds * Days)
        {
            Live(TimeSpan.FromMinutes(1), StepMs);
            most = Math.Max(most, uplinker.Look.Behind);
        }
        story.WriteLine($"drained in {(clock.UptimeMs - began) / 60_000.0:0} simulated minutes, {far.Messages} messages, {far.Bytes / 1e6:0.0} MB, {far.Duplicates} duplicates");
        Assert.Equal(store.Head.Sequence, far.Through);
        Assert.Equal(sendable, far.Items.Count);
        Assert.Equal(0, far.Duplicates);
        Assert.Equal(far.Order.Order(), far.Order);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
