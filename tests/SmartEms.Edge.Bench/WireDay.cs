using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SmartEms.Cloud.Receiving;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Adapters.Modbus;

namespace SmartEms.Edge.Bench;

/// <summary>What a day of the demo house weighs on the wire at default settings: its own ledger goes by the product's own link over a counted road to a real broker, second
/// by second on a clock that the bench moves, so that the probes come where they come in a real day. A receiver acknowledges as <see cref="Cloud.Ingesting.Ingest"/> does,
/// signed, as a box that was commissioned with a receiver's key wants it.</summary>
internal sealed class WireDay : IDisposable
{
    public const int Quarters = 96;
    private const int StepSeconds = 10;
    private const int QuarterSeconds = (int)(Slot.Milliseconds / 1_000);

    /// <summary>Writes of setpoints in a quarter-hour; they stay on the box, and their numbers are covered.</summary>
    private const int Receipts = 20;

    /// <summary>As the receiver waits for more of what a box says.</summary>
    private const int AcknowledgesAfterS = 5;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly MemoryStore store = new();
    private readonly ManualTime time = new();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] device;
    private readonly Recorder recorder;
    private readonly CountedRoad road;
    private readonly MqttUplink near;
    private readonly Uplinker uplinker;
    private readonly MqttUplink far;
    private readonly UplinkTopics topics;
    private readonly Site site;
    private long through;
    private int askedSecondsAgo = -1;

    public WireDay(BrokerAddress broker)
    {
        var loaded = SiteSource.Parse(DemoSite.SiteText, DemoSite.SiteFileName, new(null)).Value ?? throw new BenchException("the demo's site file does not read");
        road = new(broker);
        var link = new CloudLink("acme", "box-1", [road.Address]);
        site = loaded.Site with { Cloud = link };
        (recorder, topics) = (new(store, TimeProvider.System), UplinkTopics.Of(link, site.Id));
        device = CommandEnvelope.DeviceOf(topics.Tenant, topics.Site, topics.Box);
        using var root = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keys = OperatorKeys.Read(OperatorKeys.Sign(1, [new("ingest", CommandRole.Receiver, key.ExportSubjectPublicKeyInfo())], root), root);
        var settings = UplinkSettings.Of(link, topics.ClientId) with
        {
            Filters = [topics.Commands, topics.Acknowledge],
            Will = new UplinkMessage(topics.State, NowText.Offline) { Retain = true },
        };
        near = new(settings, time, () => 0);
        uplinker = new(new(link, site, near, recorder, new SiteClock(time), Log.Silent) { Latest = () => null, Program = "bench", Heard = message => SignedAck.Heard(message, device, keys) });
        far = new(new("bench-far", [broker]) { Filters = [topics.Summary, topics.Decision, topics.Event, topics.Alert], SessionExpiry = TimeSpan.Zero, MostMessagesPerSecond = int.MaxValue }, TimeProvider.System, () => 0);
        Until(() => far.Look.State == UplinkState.Syncing && uplinker.Look.State >= UplinkState.Syncing, "two sessions");
        Settle();
    }

    /// <summary>The packets of what was measured last; empty with TLS.</summary>
    public IEnumerable<string> Packets => road.Packets.Lines(Quarters);

    /// <summary>Bytes of a summary alone with its confirmation, the mean of a day of them.</summary>
    public double Summary()
    {
        var began = Begin();
        foreach (var (_, summary) in Lived())
        {
            store.Append(LedgerKind.Summary, summary.Slot.End, summary.ToBytes());
            Pass((int)(OutboxPlan.HalfWaitsMs / 1_000) + 1);
            Arrived();
            askedSecondsAgo = -1; // nothing is acknowledged
        }
        return (double)(road.Bytes - began) / Quarters;
    }

    /// <summary>Bytes of the whole day.</summary>
    public long Day()
    {
        var began = Begin();
        foreach (var (record, summary) in Lived())
        {
            for (var i = 0; i < Receipts; i++)
                store.Append(LedgerKind.Receipt, summary.Slot.End, [1]);
            store.Append(LedgerKind.Cycle, record.Slot.Start, record.ToBytes());
            Pass(1);
            store.Append(LedgerKind.Summary, summary.Slot.End, summary.ToBytes());
            Pass(QuarterSeconds - 1);
            Arrived();
        }
        if (uplinker.Look.Acknowledged < store.Head.Sequence - (8 * (Receipts + 2)))
            throw new BenchException($"the receiver's word does not come: {uplinker.Look}");
        return road.Bytes - began;
    }

    /// <summary>Bytes of a day in which nobody says anything: only what asks whether the other side is there.</summary>
    public long Idle()
    {
        var began = Begin();
        Pass(Quarters * QuarterSeconds);
        return road.Bytes - began;
    }

    private long Begin()
    {
        Settle();
        road.Packets.Clear();
        return road.Bytes;
    }

    /// <summary>The demo house's day: what was counted in each quarter-hour, and what was decided at its end for the next.</summary>
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
        run.Run(Quarters + 1, StepSeconds);
        return [.. Enumerable.Range(0, Quarters).Select(i => (records[i + 1], new SlotSummary(records[i].Slot, marks[i + 1] - marks[i], socs[i + 1])))];
    }

    /// <summary>Lives so many seconds of the bench's clock; it stands still while an answer is on its way.</summary>
    private void Pass(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            time.Advance(Second);
            Turn(TimeSpan.Zero);
            Until(() => !near.IsOwedAnAnswer, "an answer of the broker");
            if (askedSecondsAgo >= 0 && askedSecondsAgo++ == AcknowledgesAfterS)
                Acknowledge();
        }
    }

    private void Acknowledge()
    {
        var said = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"v":1,"through":{{through}},"epoch":1764268800}"""));
        far.Publish(new(topics.Acknowledge, SignedAck.Sign(key, device, said)));
        Until(() => uplinker.Look.Acknowledged == through, "the acknowledgement");
        Settle();
        askedSecondsAgo = -1;
    }

    private void Arrived()
    {
        var head = store.Head.Sequence;
        Until(() => through == head, "what was appended");
        Settle();
    }

    /// <summary>Until nothing more comes over the road.</summary>
    private void Settle()
    {
        var (bytes, since) = (road.Bytes, TimeProvider.System.GetTimestamp());
        Until(() =>
        {
            if (road.Bytes != bytes)
                (bytes, since) = (road.Bytes, TimeProvider.System.GetTimestamp());
            return TimeProvider.System.GetElapsedTime(since) > Quiet;
        }, "a quiet moment");
    }

    private void Until(Func<bool> wanted, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!wanted())
        {
            Turn(TimeSpan.FromMilliseconds(1));
            if (TimeProvider.System.GetElapsedTime(started) > Within)
                throw new BenchException($"{what} did not come: {uplinker.Look}");
        }
        if (near.Look.Sessions > 1 || (near.Look.Sessions == 1 && near.Look.State != UplinkState.Syncing))
            throw new BenchException($"the session did not stand: {near.Look}");
    }

    private void Turn(TimeSpan most)
    {
        uplinker.Step(most);
        foreach (var one in far.Turn(most))
        {
            if (one.Kind != UplinkEventKind.Received || Incoming.Read(one) is not { } incoming)
                continue;
            through = incoming.To;
            if (incoming.WantsAck && askedSecondsAgo < 0)
                askedSecondsAgo = 0;
        }
    }

    public void Dispose()
    {
        uplinker.Dispose();
        far.Dispose();
        road.Dispose();
        recorder.DisposeAsync().AsTask().GetAwaiter().GetResult();
        store.Dispose();
        key.Dispose();
    }
}
