using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>One session with one broker, from the first packet to the last; driven by one thread. What ends it is told in words.</summary>
internal sealed class BrokerSession : IMosquittoEar, IDisposable
{
    private const int PacketTooLarge = 149;
    private const int NotLeavingWell = 4; // DISCONNECT with the will
    private static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(20);

    private readonly UplinkSettings settings;
    private readonly Liveness liveness;
    private readonly ClientHandle client;
    private readonly Intake intake;
    private readonly TopicAliases aliases = new();
    private readonly Dictionary<int, long> onTheirWay = [];
    private readonly List<UplinkEvent> events = [];
    private int untaken;
    private bool isReached;
    private bool isHeld;
    private Opening? opening;
    private GCHandle self;
    private string complaint = "";

    /// <exception cref="Kernel.NativeLibraryMissingException">libmosquitto is not there.</exception>
    public BrokerSession(UplinkSettings settings, BrokerAddress broker, TimeProvider time)
    {
        (this.settings, Broker, liveness, intake) = (settings, broker, new(time, settings.KeepAlive), new(settings, time));
        Mosquitto.Load();
        self = GCHandle.Alloc(this);
        client = Mosquitto.Create(settings.ClientId, settings.SessionExpiry <= TimeSpan.Zero, self);
        if (client.IsInvalid)
            Ended = "libmosquitto could not make a client: out of memory, or a client id that is not UTF-8";
    }

    public BrokerAddress Broker { get; }

    /// <summary>The broker has taken us.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Why it is over; null while it lives.</summary>
    public string? Ended { get; private set; }

    /// <summary>MQTT 5's reason code of the end, 0 where the broker gave none.</summary>
    public int EndReason { get; private set; }

    /// <summary>Something was said, and nothing was heard since, or not everything is confirmed.</summary>
    public bool IsOwed => liveness.IsOwed || onTheirWay.Count > 0;

    /// <summary>It ended before the broker's machine had answered at all.</summary>
    public bool IsUnreached => !isReached;

    /// <summary>It did not keep to the bounds it was told.</summary>
    public bool IsFlooding => intake.Trouble is not null;

    public long SentMessages { get; private set; }
    public long SentBytes { get; private set; }
    public long ReceivedMessages => intake.Messages;

    /// <summary>Messages that may be handed over now.</summary>
    public int Room => IsConnected && Ended is null && !Mosquitto.WantsToWrite(client) ? settings.Window - onTheirWay.Count : 0;

    /// <summary>Begins to resolve the name and to connect; what comes of it comes with the turns.</summary>
    /// <param name="from">See <see cref="SessionSetup.Connect"/>.</param>
    public void Open(string? password, string? from)
    {
        if (Ended is not null)
            return;
        liveness.Begin();
        if (SessionSetup.Prepare(client, settings, Broker, password) is { } wrong)
        {
            Ended = wrong;
            return;
        }
        opening = new(Broker.Host, () => SessionSetup.Connect(client, settings, Broker, from));
        _ = IsOpened(0, -1);
    }

    private bool IsOpened(int milliseconds, int wakes)
    {
        if (opening is not { } still)
            return true;
        if (still.Look(milliseconds, wakes) is { } begun)
        {
            opening = null;
            if (begun.Result == Mosquitto.Ok)
                SocketWatch.Narrow(Mosquitto.Socket(client), 4 * settings.MostPacketBytes);
            else
                Ended = SessionTrouble.Of(begun.Result, begun.Error, Broker, complaint);
        }
        else if (liveness.SinceBegin > HandshakeWithin)
        {
            Ended = $"the name {Broker.Host} is not resolved within {HandshakeWithin.TotalSeconds:0} s: no DNS server answers — resolvectl query {Broker.Host}";
        }
        return opening is null && Ended is null;
    }

    /// <summary>The number under which it will be confirmed; null when there is no room. At most once is not confirmed.</summary>
    public int? Publish(in UplinkMessage message)
    {
        if (Room <= 0)
            return null;
        if (!isHeld)
            SocketWatch.Cork(Mosquitto.Socket(client), isHeld = true); // what is handed over between two turns leaves together
        var (result, number, bytes) = aliases.Publish(client, message);
        if (result is Mosquitto.NoConnection or Mosquitto.ConnectionLost)
        {
            End(result);
            return null;
        }
        SentMessages++;
        SentBytes += bytes;
        liveness.Sent();
        if (result != Mosquitto.Ok)
        {
            number = --untaken; // what this broker can never take must not stop what is behind it
            events.Add(new(UplinkEventKind.Confirmed, number, PacketTooLarge));
        }
        else if (message.Quality > 0)
        {
            onTheirWay[number] = liveness.Now;
        }
        return number;
    }

    /// <summary>Reads, writes and keeps alive, waiting at most so long for something to come.</summary>
    public void Turn(int milliseconds, int wakes, List<UplinkEvent> into)
    {
        if (Ended is not null || !IsOpened(milliseconds, wakes))
            return;
        var socket = Mosquitto.Socket(client);
        if (isHeld)
            SocketWatch.Cork(socket, isHeld = false);
        if (!isReached && !Reach(socket, milliseconds, wakes))
            return;
        if (socket >= 0 && SocketWatch.Wait(socket, Mosquitto.WantsToWrite(client), milliseconds, wakes))
        {
            liveness.Heard();
            ReadAll(socket);
        }
        if (Ended is null && Mosquitto.WantsToWrite(client))
            End(Mosquitto.Write(client, 1));
        if (Ended is null)
            Watch();
        into.AddRange(events);
        events.Clear();
    }

    /// <summary>Waits for the kernel to connect; false as long as it has not.</summary>
    private bool Reach(int socket, int milliseconds, int wakes)
    {
        isReached = SocketWatch.Reaches(socket, milliseconds, wakes, out var error);
        if (error != 0)
            Ended = SessionTrouble.Of(Mosquitto.SystemError, error, Broker, complaint);
        else if (!isReached && liveness.SinceBegin > HandshakeWithin)
            Ended = $"{Broker} is not reached: nothing answers there within {HandshakeWithin.TotalSeconds:0} s — check the network, and whether a firewall swallows port {Broker.Port}";
        return isReached && Ended is null;
    }

    /// <summary>TLS may hold whole packets the kernel knows nothing of: it is read until nothing more is told.</summary>
    private void ReadAll(int socket)
    {
        const int mostInARow = 64;
        for (var i = 0; i < mostInARow && Ended is null; i++)
        {
            var (told, waiting) = (intake.Told, SocketWatch.Waiting(socket));
            End(Mosquitto.Read(client, 1));
            if (intake.Told == told)
            {
                intake.Swallowed(waiting);
                i = mostInARow;
            }
            if (intake.Trouble is { } trouble)
                Ended ??= trouble;
        }
    }

    private void Watch()
    {
        if (!IsConnected)
        {
            if (liveness.SinceBegin > HandshakeWithin)
                Ended = $"{Broker} took the connection but did not answer within {HandshakeWithin.TotalSeconds:0} s — is it an MQTT broker, and does it speak {(Broker.IsEncrypted ? "TLS" : "without TLS")} there?";
            return;
        }
        if (liveness.IsDue && onTheirWay.Count > 0)
            liveness.Oldest(onTheirWay.Values.Min());
        if (liveness.IsDead)
            Ended = $"{Broker} has been silent for {Liveness.AnswersWithin.TotalSeconds:0} s although it was spoken to";
        else if (liveness.WantsProbe)
            Probe();
    }

    /// <summary>Keeping alive is ours alone, by monotonic time: the library does it in its loop for miscellany, which is never called. What still waits to go is question enough.</summary>
    private void Probe()
    {
        if (!Mosquitto.WantsToWrite(client) && SocketWatch.HasRoom(Mosquitto.Socket(client)) && !Mosquitto.Ping(client))
            Ended ??= $"{Broker} is asked whether it is there, and the connection takes nothing any more";
        liveness.Probed();
    }

    private void End(int result)
    {
        if (result != Mosquitto.Ok)
            Ended ??= SessionTrouble.Of(result, SessionTrouble.ConnectionReset, Broker, complaint);
    }

    void IMosquittoEar.Connected(int reason, int mostAliases)
    {
        intake.Tell();
        Mosquitto.StopTelling(client);
        if (reason != 0)
        {
            (EndReason, Ended) = (reason, SessionTrouble.Refused(reason, Broker));
            return;
        }
        (IsConnected, aliases.Most) = (true, mostAliases);
        foreach (var filter in settings.Filters)
            _ = Mosquitto.Subscribe(client, 0, filter, 1, 0, 0);
        events.Add(new(UplinkEventKind.Connected));
    }

    void IMosquittoEar.Disconnected(int reason)
    {
        intake.Tell();
        if (reason < 128)
            return; // the call that met it tells more
        (EndReason, Ended) = (reason, SessionTrouble.Sent(reason, Broker));
    }

    void IMosquittoEar.Published(int number, int reason)
    {
        intake.Tell();
        if (onTheirWay.Remove(number))
            events.Add(new(UplinkEventKind.Confirmed, number, reason));
    }

    void IMosquittoEar.Subscribed(int granted)
    {
        intake.Tell();
        if (granted >= 128)
            Ended ??= $"{Broker} does not let this box listen to its own commands (reason {granted}): its access rules must allow {string.Join(", ", settings.Filters)}";
    }

    void IMosquittoEar.Received(in ReceivedMessage message)
    {
        if (message.IsConfirmed)
            liveness.Answered();
        if (intake.Takes(message.Payload.Length))
            events.Add(new(UplinkEventKind.Received)
            {
                Topic = message.Topic,
                Payload = message.Payload.ToArray(),
                ContentType = message.ContentType,
                ResponseTopic = message.ResponseTopic,
                Correlation = message.Correlation,
            });
    }

    void IMosquittoEar.Complained(string words)
    {
        const int most = 500;
        if (complaint.Length < most)
            complaint = complaint.Length == 0 ? words : $"{complaint}; {words}";
    }

    /// <summary>Leaves with a word: the broker then says nothing for us, unless it is asked to.</summary>
    public void Leave(bool withWill)
    {
        if (IsConnected && Ended is null)
            _ = Mosquitto.Disconnect(client, withWill ? NotLeavingWell : 0, 0);
        Ended ??= "left";
    }

    public void Dispose()
    {
        if (opening is { } still)
            still.WhenOver(Free);
        else
            Free();
    }

    private void Free()
    {
        client.Dispose();
        if (self.IsAllocated)
            self.Free();
    }
}
