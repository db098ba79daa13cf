using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>A link without a wire: what is handed over is confirmed with the next turn, unless the session ends before.</summary>
internal sealed class FakeUplink : IUplink
{
    private const int Window = 16;

    private readonly List<UplinkEvent> events = [];
    private readonly List<(int Number, UplinkMessage Message)> onTheirWay = [];
    private int number;
    private bool isOnline;

    public UplinkLook Look => new(isOnline ? UplinkState.Syncing : UplinkState.Offline, "fake", isOnline ? null : "unplugged");

    public int Room => isOnline ? Window - onTheirWay.Count : 0;

    /// <summary>Called with what the broker has taken.</summary>
    public Action<UplinkMessage> Deliver { get; set; } = _ => { };

    /// <summary>The broker's reason for a message; 0 = taken.</summary>
    public Func<UplinkMessage, int> Reason { get; set; } = _ => 0;

    /// <summary>It has room, and yet takes nothing that is handed over.</summary>
    public bool TakesNothing { get; set; }

    public void Plug()
    {
        isOnline = true;
        events.Add(new(UplinkEventKind.Connected));
    }

    /// <param name="taken">So many of those on their way reached the broker, but nobody heard that.</param>
    public void Unplug(int taken = 0)
    {
        isOnline = false;
        foreach (var (_, message) in onTheirWay.Take(taken))
            Deliver(message);
        onTheirWay.Clear();
        events.Add(new(UplinkEventKind.Lost));
    }

    public void Receive(string topic, string json, string responseTopic = "", byte[]? correlation = null) =>
        Receive(topic, System.Text.Encoding.UTF8.GetBytes(json), responseTopic, correlation);

    public void Receive(string topic, byte[] payload, string responseTopic = "", byte[]? correlation = null) =>
        events.Add(new(UplinkEventKind.Received) { Topic = topic, Payload = payload, ResponseTopic = responseTopic, Correlation = correlation ?? [] });

    public int? Publish(in UplinkMessage message)
    {
        if (Room <= 0 || TakesNothing)
            return null;
        onTheirWay.Add((++number, message));
        return number;
    }

    public IReadOnlyList<UplinkEvent> Turn(TimeSpan most)
    {
        foreach (var (sent, message) in onTheirWay)
        {
            var reason = Reason(message);
            if (reason < 128)
                Deliver(message);
            events.Add(new(UplinkEventKind.Confirmed, sent, reason));
        }
        onTheirWay.Clear();
        var happened = events.ToArray();
        events.Clear();
        return happened;
    }

    public void Leave() => isOnline = false;

    public void Dispose() => Leave();
}
