using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Syncing;

/// <summary>What the cloud link is put together from.</summary>
internal sealed record UplinkerParts(CloudLink Link, Site Site, IUplink Uplink, Recorder Recorder, SiteClock Clock, Log Log)
{
    public required Func<Snapshot?> Latest { get; init; }
    public required string Program { get; init; }

    /// <summary>Takes signed commands; null where none are taken.</summary>
    public Func<UplinkEvent, UplinkMessage?>? Command { get; init; }

    /// <summary>The acknowledgement in a message of the receiver; null where it must not be heard.</summary>
    public Func<byte[], byte[]?> Heard { get; init; } = message => message;
}

/// <summary>The cloud link at one moment.</summary>
/// <param name="Behind">Entries of the ledger that the receiver does not have yet.</param>
internal sealed record UplinkerLook(UplinkLook Link, UplinkState State, long Behind, long Acknowledged)
{
    /// <summary>Monotonic, since the last session ended or the program began; 0 while one stands.</summary>
    public long DownMs { get; init; }
    public long Refused { get; init; }
    public string? Trouble { get; init; }
}

/// <summary>Sends the ledger to the cloud and hears what it asks, on a thread of its own: control never waits for it, and what it does wrong ends here.</summary>
internal sealed class Uplinker : IDisposable
{
    private const string ForgedWords = "acknowledgements come that no receiver of this box's list of keys has signed, and are not heard: start smartems-cloud ingest with --key, or look who else may publish on the broker";

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly UplinkerParts parts;
    private readonly UplinkTopics topics;
    private readonly Outgoing outgoing;
    private readonly PullDesk pulls;
    private readonly ManualResetEventSlim stopping = new();
    private readonly Thread thread;
    private bool hasSession;
    private long lostMs;
    private string? fault;
    private string? forged;
    private volatile UplinkerLook look;

    public Uplinker(UplinkerParts parts)
    {
        this.parts = parts;
        topics = UplinkTopics.Of(parts.Link, parts.Site.Id);
        outgoing = new(parts, topics);
        pulls = new(parts, topics);
        look = new(parts.Uplink.Look, UplinkState.Offline, 0, 0);
        thread = new Thread(Live) { IsBackground = true, Name = "uplink" };
    }

    public UplinkerLook Look => look;

    public void Start() => thread.Start();

    /// <summary>The isolation point: whatever a broker, a message or a fault of this program does here, control goes on.</summary>
    private void Live()
    {
        while (!stopping.IsSet)
        {
            try
            {
                Step(outgoing.IsBusy || pulls.IsBusy ? Busy : Idle);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                fault = $"{failure.GetType().Name}: {failure.Message}";
                parts.Log.Error($"the cloud link stands still for {AfterFault.TotalSeconds:0} s: {fault}");
                stopping.Wait(AfterFault);
                hasSession = false;
                outgoing.Ended();
            }
        }
        Goodbye();
    }

    /// <summary>A broker that is left in order says nothing for us: so we say ourselves that we are gone.</summary>
    private void Goodbye()
    {
        if (hasSession && parts.Uplink.Publish(new UplinkMessage(topics.State, NowText.Offline) { Retain = true }) is { } last)
            for (var i = 0; i < 10 && !parts.Uplink.Turn(TimeSpan.FromMilliseconds(100)).Any(one => one.Kind == UplinkEventKind.Confirmed && one.Number == last); i++)
                hasSession = false;
        parts.Uplink.Leave();
    }

    /// <summary>One turn: hear, answer, send.</summary>
    public void Step(TimeSpan most)
    {
        foreach (var one in parts.Uplink.Turn(most))
            Hear(one);
        if (hasSession)
        {
            outgoing.Send();
            pulls.Send(outgoing);
        }
        Tell();
    }

    private void Hear(UplinkEvent one)
    {
        switch (one.Kind)
        {
            case UplinkEventKind.Connected:
                (hasSession, fault) = (true, null);
                parts.Log.Info($"the cloud link stands: {parts.Uplink.Look.Broker}");
                outgoing.Began();
                break;
            case UplinkEventKind.Lost:
                hasSession = false;
                lostMs = parts.Clock.UptimeMs;
                parts.Log.Warning($"the cloud link is lost: {parts.Uplink.Look.Trouble}");
                outgoing.Ended();
                pulls.Clear();
                break;
            case UplinkEventKind.Confirmed:
                outgoing.Confirmed(one.Number, one.Reason);
                break;
            default:
                Receive(one);
                break;
        }
    }

    private void Receive(UplinkEvent one)
    {
        if (one.Topic == topics.Acknowledge)
        {
            var heard = parts.Heard(one.Payload);
            forged = heard is null ? ForgedWords : null;
            if (heard is not null && UplinkRequests.Ack(heard) is { } ack)
                outgoing.Acknowledged(ack);
        }
        else if (one.Topic == topics.Pull)
        {
            pulls.Ask(one);
        }
        else if (one.Topic == topics.Command && parts.Command is { } command && command(one) is { } answer)
        {
            outgoing.Answer(answer);
        }
    }

    private void Tell()
    {
        var link = parts.Uplink.Look;
        var state = !hasSession ? link.State == UplinkState.Connecting ? UplinkState.Connecting : UplinkState.Offline : outgoing.IsLive ? UplinkState.Live : UplinkState.Syncing;
        look = new(link, state, outgoing.Behind, outgoing.AcknowledgedThrough)
        {
            DownMs = hasSession ? 0 : Math.Max(1, parts.Clock.UptimeMs - lostMs),
            Refused = outgoing.Refused,
            Trouble = fault ?? link.Trouble ?? outgoing.Trouble ?? forged,
        };
    }

    public void Dispose()
    {
        stopping.Set();
        var isOver = !thread.IsAlive || thread.Join(Farewell);
        if (isOver)
            stopping.Dispose();
        parts.Uplink.Dispose();
    }
}
