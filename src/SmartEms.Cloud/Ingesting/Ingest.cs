using System.Security.Cryptography;
using Npgsql;
using SmartEms.Cloud.Receiving;
using SmartEms.Cloud.Storing;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Cloud.Ingesting;

/// <summary>What the receiver did so far.</summary>
internal sealed record IngestFigures(long Messages, long Refused, long Items, long Acks);

/// <summary>The receiver of a fleet: takes what boxes send by a shared subscription, stores it, and only then says so to each box. Several of them share one
/// subscription and one database.</summary>
internal sealed class Ingest : IDisposable
{
    /// <summary>Messages in hand before the broker has to wait: what is not stored yet stands in memory.</summary>
    private const int MostInHand = 4_000;

    /// <summary>So long more of the messages of a box that asked are waited for: what it says in a few seconds is acknowledged together.</summary>
    private static readonly TimeSpan AcknowledgesAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LooksForHoles = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MissesAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DatabaseRest = TimeSpan.FromSeconds(2);

    private readonly Database database;
    private readonly MqttUplink uplink;
    private readonly TimeProvider time;
    private readonly List<Incoming> inHand = [];
    private readonly Dictionary<BoxName, Place> acks = [];
    private readonly Queue<(BoxName Box, long Since)> due = [];
    private long lookedForHoles;

    public Ingest(BrokerAddress broker, Database database, TimeProvider time, string name)
    {
        (this.database, this.time) = (database, time);
        string[] topics = ["state", "summary", "decision", "event", "alert"];
        var settings = new UplinkSettings(name, [broker])
        {
            Filters = [.. topics.Select(topic => $"$share/ingest/{UplinkTopics.Root}/+/+/+/{topic}")],
            Window = 1_000,
            MostMessagesPerSecond = int.MaxValue,
            SessionExpiry = TimeSpan.Zero, // a session that outlived its receiver would still be dealt its share; what is lost with it the boxes send again
            ReconnectSpread = TimeSpan.FromSeconds(2),
            LongestWait = TimeSpan.FromSeconds(10), // one of few: a fleet must not wait for it
            Rest = TimeSpan.FromSeconds(2),
        };
        uplink = new(settings, time, Random.Shared.NextDouble);
        lookedForHoles = time.GetTimestamp();
    }

    /// <summary>Signs what is acknowledged; null = nothing is signed, which boxes whose list of keys names a receiver do not hear.</summary>
    public ECDsa? Key { get; init; }

    public IngestFigures Figures { get; private set; } = new(0, 0, 0, 0);
    public UplinkLook Look => uplink.Look;

    /// <summary>Runs until it is stopped. A database that is away is waited for with what is in hand: nothing is acknowledged meanwhile, and the boxes keep it all.</summary>
    public async Task RunAsync(Action<string> say, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await StepAsync(stop);
            }
            catch (NpgsqlException failure)
            {
                say($"the database is not reached: {failure.Message}");
                if (!failure.IsTransient || inHand.Count >= MostInHand)
                    inHand.Clear(); // what follows shows the holes, and the boxes send it again
                await Task.Delay(DatabaseRest, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        uplink.Leave();
    }

    /// <summary>One turn: hear, store, say how far each box has everything.</summary>
    public async Task StepAsync(CancellationToken stop)
    {
        Hear(uplink.Turn(TimeSpan.FromMilliseconds(inHand.Count > 0 ? 0 : 100)));
        for (var i = 0; i < 20 && inHand.Count < MostInHand; i++)
            Hear(uplink.Turn(TimeSpan.FromMilliseconds(2)));
        if (inHand.Count > 0)
        {
            var asking = inHand.Where(one => one.WantsAck).Select(one => one.Box).ToHashSet();
            foreach (var place in await database.StoreAsync(inHand, stop))
                if (asking.Contains(place.Box) || acks.ContainsKey(place.Box))
                    Owe(place);
            Figures = Figures with { Items = Figures.Items + inHand.Sum(one => one.Items.Count) };
            inHand.Clear();
        }
        if (time.GetElapsedTime(lookedForHoles) > LooksForHoles)
        {
            lookedForHoles = time.GetTimestamp();
            foreach (var place in await database.StuckAsync(MissesAfter, stop))
                Owe(place);
        }
        Acknowledge();
    }

    private void Hear(IReadOnlyList<UplinkEvent> events)
    {
        foreach (var one in events)
        {
            if (one.Kind != UplinkEventKind.Received)
                continue;
            var incoming = Incoming.Read(one);
            Figures = Figures with { Messages = Figures.Messages + 1, Refused = Figures.Refused + (incoming is null ? 1 : 0) };
            if (incoming is not null)
                inHand.Add(incoming);
        }
    }

    private void Owe(Place place)
    {
        if (!acks.ContainsKey(place.Box))
            due.Enqueue((place.Box, time.GetTimestamp()));
        acks[place.Box] = place;
    }

    private void Acknowledge()
    {
        while (uplink.Room > 0 && due.TryPeek(out var first) && time.GetElapsedTime(first.Since) >= AcknowledgesAfter)
        {
            var (box, place) = (first.Box, acks[first.Box]);
            var missing = place.Missing.Count == 0 ? "" : $""","missing":[{string.Join(',', place.Missing.Select(hole => $"[{hole.From},{hole.To}]"))}]""";
            var ack = $$"""{"v":{{LedgerText.Version}},"through":{{place.Through}},"epoch":{{database.Epoch}}{{missing}}}""";
            var said = System.Text.Encoding.UTF8.GetBytes(ack);
            var message = Key is null ? said : SignedAck.Sign(Key, CommandEnvelope.DeviceOf(box.Tenant, box.Site, box.Box), said);
            if (uplink.Publish(new(new UplinkTopics(box.Tenant, box.Site, box.Box).Acknowledge, message)) is null)
                return;
            due.Dequeue();
            acks.Remove(box);
            Figures = Figures with { Acks = Figures.Acks + 1 };
        }
    }

    public void Dispose() => uplink.Dispose();
}
