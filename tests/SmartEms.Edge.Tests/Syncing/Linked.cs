using System.Text;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Adapters.Modbus;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>A box with a ledger, a link without a wire and a receiver, on a clock that the test moves.</summary>
internal sealed class Linked : IAsyncDisposable
{
    public static readonly CloudLink Link = new("acme", "box-1", [new("127.0.0.1", 1, false)]);

    private readonly MemoryStore store = new();
    private long appended;

    public Linked(Action<Linked>? before = null)
    {
        Clock = new(Time);
        Recorder = new(store, TimeProvider.System);
        Site = Given.Site() with { Cloud = Link };
        Topics = UplinkTopics.Of(Link, Site.Id);
        before?.Invoke(this);
        Uplinker = new(new(Link, Site, Uplink, Recorder, Clock, Log.Silent) { Latest = () => null, Program = "test", Command = Command, Heard = message => Heard(message) });
        Uplink.Deliver = message => Far.Take(message, Clock.UptimeMs);
    }

    public ManualTime Time { get; } = new();
    public SiteClock Clock { get; }
    public Recorder Recorder { get; }
    public Site Site { get; }
    public UplinkTopics Topics { get; }
    public FakeUplink Uplink { get; } = new();
    public Far Far { get; } = new();
    public Uplinker Uplinker { get; }
    public Func<UplinkEvent, UplinkMessage?>? Command { get; set; }
    public Func<byte[], byte[]?> Heard { get; set; } = message => message;
    public MemoryStore Store => store;

    /// <summary>Numbers of all entries of kinds that are sent.</summary>
    public List<long> Sendable => [.. store.After(0, int.MaxValue).Where(entry => LedgerText.TopicOf(entry.Kind) is not null).Select(entry => entry.Sequence)];

    public long Append(LedgerKind kind, byte[]? body = null)
    {
        appended++;
        return store.Append(kind, Clock.Now, body ?? Encoding.UTF8.GetBytes($"entry {appended}"));
    }

    /// <summary>Written at the end of its slot, whatever the clock of the test says.</summary>
    public long Summary(long slot) => store.Append(LedgerKind.Summary, new Slot(slot).End, new SlotSummary(new(slot), new(1234.5, 0, 801.2, 12, 433.3, 2000) { Cost = 0.1234, Seconds = 900 }, 55.2).ToBytes());

    /// <summary>A day as a busy box has it: per slot a summary, notes, and many entries that nobody is sent.</summary>
    public void Day(int first = 2_000_000, int slots = 96)
    {
        for (var slot = first; slot < first + slots; slot++)
        {
            for (var i = 0; i < 20; i++)
                Append(LedgerKind.Receipt);
            for (var i = 0; i < 6; i++)
                Append(LedgerKind.Note);
            Summary(slot);
        }
    }

    /// <summary>Lives for so long in small steps; the receiver says every 5 s what it has.</summary>
    public void Live(TimeSpan span, Action? eachSecond = null, bool acks = true)
    {
        const int stepMs = 50;
        for (var ms = 0L; ms < span.TotalMilliseconds; ms += stepMs)
        {
            Time.Advance(TimeSpan.FromMilliseconds(stepMs));
            if (ms % 1_000 == 0)
                eachSecond?.Invoke();
            if (acks && ms % 5_000 == 0)
                Uplink.Receive(Topics.Acknowledge, Far.Ack);
            Uplinker.Step(TimeSpan.Zero);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Uplinker.Dispose();
        await Recorder.DisposeAsync();
    }
}
