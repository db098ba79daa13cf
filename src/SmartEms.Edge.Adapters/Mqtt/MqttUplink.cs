using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>The uplink over MQTT 5: sessions one after the other, to the brokers in order of preference, with waits of full jitter between. One thread drives it.</summary>
/// <param name="dice">A number from 0 up to, not including, 1.</param>
public sealed class MqttUplink(UplinkSettings settings, TimeProvider time, Func<double> dice) : IUplink
{
    private readonly Backoff backoff = new(settings.ReconnectSpread, dice) { Most = settings.LongestWait };
    private readonly List<UplinkEvent> events = [];
    private BrokerSession? session;
    private string? trouble;
    private long connectedAt;
    private long waitingSince;
    private TimeSpan wait;
    private int turnOf;
    private int shortOnes;
    private bool isTold;
    private bool wantsIp4;
    private (long Messages, long Bytes, long Received, long Sessions, long Attempts) before;
    private volatile UplinkLook look = new(UplinkState.Offline, settings.Brokers[0].ToString(), null);

    public UplinkLook Look => look;

    /// <summary>A descriptor that ends a turn when something comes there; −1 = none.</summary>
    public int WakesOn { get; init; } = -1;

    public int Room => session?.Room ?? 0;

    /// <inheritdoc cref="BrokerSession.IsOwed"/>
    internal bool IsOwedAnAnswer => session is { IsOwed: true };

    public int? Publish(in UplinkMessage message) => session?.Publish(message);

    public IReadOnlyList<UplinkEvent> Turn(TimeSpan most)
    {
        events.Clear();
        if (session is null && time.GetElapsedTime(waitingSince) >= wait)
            Attempt();
        if (session is { } open)
        {
            open.Turn((int)most.TotalMilliseconds, WakesOn, events);
            Judge(open);
        }
        else
        {
            SocketWatch.Wait(-1, false, (int)Math.Min(most.TotalMilliseconds, Math.Max(0, (wait - time.GetElapsedTime(waitingSince)).TotalMilliseconds)), WakesOn);
        }
        Tell();
        return [.. events];
    }

    private void Attempt()
    {
        var broker = settings.Brokers[turnOf % settings.Brokers.Length];
        before.Attempts++;
        look = look with { State = UplinkState.Connecting, Broker = broker.ToString(), RetryInMs = 0 };
        session = new(settings, broker, time);
        session.Open(Password(broker), wantsIp4 ? "0.0.0.0" : null);
        isTold = false;
    }

    private void Judge(BrokerSession open)
    {
        if (open.IsConnected && !isTold)
            (isTold, connectedAt, trouble, before.Sessions) = (true, time.GetTimestamp(), null, before.Sessions + 1);
        if (open.Ended is not { } why)
            return;
        trouble = why;
        before = before with { Messages = before.Messages + open.SentMessages, Bytes = before.Bytes + open.SentBytes, Received = before.Received + open.ReceivedMessages };
        var lasted = isTold ? time.GetElapsedTime(connectedAt) : TimeSpan.Zero;
        if (isTold)
            events.Add(new(UplinkEventKind.Lost, 0, open.EndReason));
        // A name whose first address swallows everything may have another of the older kind: the two are tried in turn.
        wantsIp4 = open.IsUnreached && !wantsIp4 && !open.Broker.Host.Contains(':');
        session = null;
        open.Dispose();
        backoff.Lasted(lasted);
        // The next in order at once, as long as one is left; after a session that stood, the first again.
        turnOf = isTold ? 0 : turnOf + 1;
        waitingSince = time.GetTimestamp();
        shortOnes = !isTold ? shortOnes : lasted < Backoff.Proven ? shortOnes + 1 : 0;
        var isFought = open.EndReason == SessionTrouble.TakenOver || shortOnes >= 2;
        if (isFought && open.EndReason == 0)
            trouble += SessionTrouble.PerhapsTakenOver; // not every broker says so
        wait = turnOf % settings.Brokers.Length != 0 ? TimeSpan.Zero : backoff.Next(isFought || open.IsFlooding ? settings.Rest : default);
    }

    private void Tell()
    {
        var state = session is null ? UplinkState.Offline : session.IsConnected ? UplinkState.Syncing : UplinkState.Connecting;
        look = new(state, session?.Broker.ToString() ?? look.Broker, trouble)
        {
            SentMessages = before.Messages + (session?.SentMessages ?? 0),
            SentBytes = before.Bytes + (session?.SentBytes ?? 0),
            ReceivedMessages = before.Received + (session?.ReceivedMessages ?? 0),
            Sessions = before.Sessions,
            Attempts = before.Attempts,
            RetryInMs = session is null ? Math.Max(0, (long)(wait - time.GetElapsedTime(waitingSince)).TotalMilliseconds) : 0,
        };
    }

    private static string? Password(BrokerAddress broker)
    {
        if (broker.PasswordFile.Length == 0)
            return null;
        try
        {
            using var file = new StreamReader(broker.PasswordFile);
            return file.ReadLine();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // the broker will say that it does not let us in
        }
    }

    public void Leave()
    {
        session?.Leave(withWill: false);
        Tell();
    }

    public void Dispose()
    {
        session?.Dispose();
        session = null;
    }
}
