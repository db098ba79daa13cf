using System.Globalization;
using System.Text;
using SmartEms.Cloud.Receiving;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Adapters.Mqtt;

namespace SmartEms.Edge.Bench;

/// <summary>What a day of the demo house weighs on the wire at default settings: its own ledger goes by the product's own link over a counted road, and a receiver
/// acknowledges what comes at the end of a quarter-hour together, as <see cref="Cloud.Ingesting.Ingest"/> does.</summary>
internal sealed class WireDay : IDisposable
{
    private const int SlotsOfDay = 96;
    private const int StepSeconds = 10;

    /// <summary>Writes of setpoints in a slot; they stay on the box, and their numbers are covered.</summary>
    private const int Receipts = 20;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    private readonly MemoryStore store = new();
    private readonly Recorder recorder;
    private readonly CountedRoad road;
    private readonly Uplinker uplinker;
    private readonly MqttUplink far;
    private readonly UplinkTopics topics;
    private readonly Site site;
    private long through;

    public WireDay(BrokerAddress broker)
    {
        var loaded = SiteSource.Parse(DemoSite.SiteText, DemoSite.SiteFileName, new(null)).Value ?? throw new BenchException("the demo's site file does not read");
        road = new(broker);
        var link = new CloudLink("acme", "box-1", [road.Address]);
        site = loaded.Site with { Cloud = link };
        (recorder, topics) = (new(store, TimeProvider.System), UplinkTopics.Of(link, site.Id));
        var settings = UplinkSettings.Of(link, topics.ClientId) with
        {
            Filters = [topics.Commands, topics.Acknowledge],
            Will = new UplinkMessage(topics.State, NowText.Offline) { Retain = true },
        };
        uplinker = new(new(link, site, new MqttUplink(settings, TimeProvider.System, () => 0), recorder, new SiteClock(TimeProvider.System), Log.Silent) { Latest = () => null, Program = "bench" });
        far = new(new("bench-far", [broker]) { Filters = [topics.Summary, topics.Decision, topics.Event, topics.Alert], SessionExpiry = TimeSpan.Zero, MostMessagesPerSecond = int.MaxValue }, TimeProvider.System, () => 0);
    }

    /// <summary>Bytes of the whole day, and of a summary alone with its confirmation, the mean of the day.</summary>
    public (double Day, double Summary) Measure()
    {
        Until(() => far.Look.State == UplinkState.Syncing && uplinker.Look.State >= UplinkState.Syncing, "two sessions");
        var (began, summaries) = (road.Bytes, 0L);
        foreach (var (record, summary) in Lived())
        {
            var before = road.Bytes;
            store.Append(LedgerKind.Summary, record.Slot.End, summary.ToBytes());
            Send(isAcknowledged: false);
            summaries += road.Bytes - before;
            for (var i = 0; i < Receipts; i++)
                store.Append(LedgerKind.Receipt, record.Slot.End, [1]);
            store.Append(LedgerKind.Cycle, record.Slot.End, record.ToBytes());
            Send();
        }
        return (road.Bytes - began, (double)summaries / SlotsOfDay);
    }

    /// <summary>The demo house's day: each quarter-hour's decision, and what was counted in it.</summary>
    private List<(CycleRecord Record, SlotSummary Summary)> Lived()
    {
        var (records, marks, socs) = (new List<CycleRecord>(), new List<TallyMark>(), new List<double>());
        SimulationRun run = null!;
        run = new(site, new(site, DemoSite.Trace, DemoSite.Settings(DemoSite.DefaultStart, 1)), Composition.PolicyOf(site))
        {
            OnCycle = record =>
            {
                records.Add(record);
                marks.Add(TallyMark.Of(run.Counted));
                socs.Add(SlotSummary.SocOf(record.Image, site));
            },
        };
        run.Run(SlotsOfDay + 1, StepSeconds);
        return [.. Enumerable.Range(0, SlotsOfDay).Select(i => (records[i], new SlotSummary(records[i].Slot, marks[i + 1] - marks[i], socs[i + 1])))];
    }

    /// <summary>Until the receiver has what was appended and the broker has said so; and then, unless it keeps silent, until the box has heard it.</summary>
    private void Send(bool isAcknowledged = true)
    {
        var head = store.Head.Sequence;
        Until(() => through == head, "what was appended");
        if (isAcknowledged)
        {
            far.Publish(new(topics.Acknowledge, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"v":1,"through":{{through}},"epoch":1764268800}"""))));
            Until(() => uplinker.Look.Acknowledged == head, "the acknowledgement");
        }
        var since = TimeProvider.System.GetTimestamp();
        Until(() => TimeProvider.System.GetElapsedTime(since) > Quiet, "a quiet moment");
    }

    private void Until(Func<bool> wanted, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!wanted())
        {
            uplinker.Step(TimeSpan.FromMilliseconds(1));
            foreach (var one in far.Turn(TimeSpan.FromMilliseconds(1)))
                if (one.Kind == UplinkEventKind.Received)
                    through = Incoming.Read(one)?.To ?? through;
            if (TimeProvider.System.GetElapsedTime(started) > Within)
                throw new BenchException($"{what} did not come: {uplinker.Look}");
        }
    }

    /// <summary>Bytes of half an hour in which nobody says anything: what asks whether the other side is there; on a clock that runs sixty times too fast.</summary>
    public static long Idle(BrokerAddress broker, TimeSpan span)
    {
        using var road = new CountedRoad(broker);
        var time = new FastTime(60);
        using var uplink = new MqttUplink(new("bench-idle", [road.Address]), time, () => 0);
        while (uplink.Look.State != UplinkState.Syncing)
            uplink.Turn(TimeSpan.FromMilliseconds(5));
        var (bytes, began, sessions) = (road.Bytes, time.GetTimestamp(), uplink.Look.Sessions);
        while (time.GetElapsedTime(began) < span)
            uplink.Turn(TimeSpan.FromMilliseconds(5));
        return uplink.Look.Sessions == sessions && uplink.Look.State == UplinkState.Syncing ? road.Bytes - bytes : throw new BenchException($"the idle session did not stand: {uplink.Look}");
    }

    public void Dispose()
    {
        uplinker.Dispose();
        far.Dispose();
        road.Dispose();
        recorder.DisposeAsync().AsTask().GetAwaiter().GetResult();
        store.Dispose();
    }
}
