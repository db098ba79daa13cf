using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Syncing;

/// <summary>What the link to the house is put together from.</summary>
internal sealed record HomeParts(HomeLink Link, Site Site, IUplink Uplink, SiteClock Clock, Log Log)
{
    public required Func<Snapshot?> Latest { get; init; }

    /// <summary>Energy since the program began.</summary>
    public required Func<TallyMark> Counted { get; init; }
    public required string Program { get; init; }
}

/// <summary>Tells the broker of the house what the site does, and Home Assistant what there is to see; on a thread of its own, and what goes wrong here ends here.</summary>
internal sealed class HomeSpeaker : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly HomeParts parts;
    private readonly HomeTopics topics;
    private readonly ManualResetEventSlim stopping = new();
    private readonly Thread thread;
    private readonly Queue<UplinkMessage> waiting = [];
    private bool hasSession;
    private long toldMs;

    public HomeSpeaker(HomeParts parts)
    {
        this.parts = parts;
        topics = HomeTopics.Of(parts.Link, parts.Site.Id);
        thread = new Thread(Live) { IsBackground = true, Name = "home" };
    }

    public UplinkLook Look => parts.Uplink.Look;

    /// <summary>The link over MQTT, held by a process of its own. No session outlives its end: what the house is told is of now.</summary>
    public static Func<HomeLink, HomeTopics, IUplink> OverMqtt(TimeProvider time) => (link, topics) =>
        new UplinkProcess(Settings(link, topics), new(Environment.ProcessPath ?? "smartems", "uplink"), time, Random.Shared.NextDouble);

    internal static UplinkSettings Settings(HomeLink link, HomeTopics topics) => new(topics.ClientId, [link.Broker])
    {
        Filters = [topics.Status],
        Will = link.IsAnnounced ? new UplinkMessage(topics.Availability, "offline"u8.ToArray()) { Retain = true } : null,
        WillDelay = TimeSpan.Zero,
        SessionExpiry = TimeSpan.Zero,
        KeepAlive = TimeSpan.FromSeconds(60),
        ReconnectSpread = TimeSpan.FromSeconds(10),
    };

    public void Start() => thread.Start();

    /// <summary>The isolation point: whatever the broker of the house or a fault of this program does here, control goes on.</summary>
    private void Live()
    {
        while (!stopping.IsSet)
        {
            try
            {
                Step(Idle);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                parts.Log.Error($"the link to the house stands still for {AfterFault.TotalSeconds:0} s: {failure.GetType().Name}: {failure.Message}");
                stopping.Wait(AfterFault);
                hasSession = false;
            }
        }
        Goodbye();
    }

    /// <summary>One turn: hear, say what has not been said, and the values when they are due.</summary>
    public void Step(TimeSpan most)
    {
        foreach (var one in parts.Uplink.Turn(most))
            Hear(one);
        while (hasSession && waiting.TryPeek(out var next) && parts.Uplink.Publish(next) is not null)
            waiting.Dequeue();
        if (hasSession && waiting.Count == 0 && parts.Link.IsAnnounced && parts.Clock.UptimeMs >= toldMs + parts.Link.Every.TotalMilliseconds)
            Values();
    }

    private void Hear(UplinkEvent one)
    {
        if (one.Kind == UplinkEventKind.Connected)
        {
            hasSession = true;
            parts.Log.Info($"the link to the house stands: {parts.Uplink.Look.Broker}");
            Announce();
        }
        else if (one.Kind == UplinkEventKind.Lost)
        {
            hasSession = false;
            parts.Log.Warning($"the link to the house is lost: {parts.Uplink.Look.Trouble}");
        }
        else if (one.Kind == UplinkEventKind.Received && one.Topic == topics.Status && one.Payload.AsSpan().SequenceEqual("online"u8))
        {
            Announce(); // Home Assistant has begun anew
        }
    }

    /// <summary>What the box is, then that it is there, then its values; or nothing, which takes all of it away.</summary>
    private void Announce()
    {
        waiting.Clear();
        var (discovery, availability) = parts.Link.IsAnnounced
            ? (HomeText.Discovery(topics, parts.Link, parts.Site, parts.Program), "online"u8.ToArray())
            : ([], Array.Empty<byte>());
        waiting.Enqueue(new UplinkMessage(topics.Discovery, discovery) { Retain = true });
        waiting.Enqueue(new UplinkMessage(topics.Availability, availability) { Retain = true });
        toldMs = parts.Clock.UptimeMs - (long)parts.Link.Every.TotalMilliseconds;
    }

    private void Values()
    {
        if (parts.Latest() is not { } now)
            return;
        toldMs = parts.Clock.UptimeMs;
        var hasProblem = now.Findings.Any(finding => Catalogue.Entry(finding.Code).Urgency >= Urgency.Warning);
        parts.Uplink.Publish(new(topics.Values, HomeText.Values(now.Image, parts.Site, parts.Counted(), hasProblem), 0));
    }

    /// <summary>A broker that is left in order says nothing for us: so we say ourselves that we are gone.</summary>
    private void Goodbye()
    {
        if (hasSession && parts.Link.IsAnnounced && parts.Uplink.Publish(new UplinkMessage(topics.Availability, "offline"u8.ToArray()) { Retain = true }) is { } last)
            for (var i = 0; i < 10 && !parts.Uplink.Turn(TimeSpan.FromMilliseconds(100)).Any(one => one.Kind == UplinkEventKind.Confirmed && one.Number == last); i++)
                hasSession = false;
        parts.Uplink.Leave();
    }

    public void Dispose()
    {
        stopping.Set();
        if (!thread.IsAlive || thread.Join(Farewell))
            stopping.Dispose();
        parts.Uplink.Dispose();
    }
}
