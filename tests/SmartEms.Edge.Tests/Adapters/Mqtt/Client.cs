using System.Text;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>An uplink driven by the test: turned until something happens.</summary>
internal sealed class Client : IDisposable
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);

    public Client(UplinkSettings settings, TimeProvider? time = null, double dice = 0.5)
    {
        Uplink = new(settings, time ?? TimeProvider.System, () => dice);
    }

    public MqttUplink Uplink { get; }

    /// <summary>All that happened so far.</summary>
    public List<UplinkEvent> Events { get; } = [];

    public IEnumerable<UplinkEvent> Received => Events.Where(one => one.Kind == UplinkEventKind.Received);

    public int Count(UplinkEventKind kind) => Events.Count(one => one.Kind == kind);

    public static UplinkSettings Settings(params BrokerAddress[] brokers) => new($"test-{Guid.NewGuid():N}", [.. brokers]) { ReconnectSpread = TimeSpan.FromMilliseconds(100), MostMessagesPerSecond = 10_000 };

    public static Client Open(UplinkSettings settings)
    {
        var client = new Client(settings);
        client.Until(() => client.Uplink.Look.State == UplinkState.Syncing, "a session");
        return client;
    }

    public void Until(Func<bool> wanted, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!wanted())
        {
            Events.AddRange(Uplink.Turn(TimeSpan.FromMilliseconds(5)));
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Guard, $"{what} did not come; {Uplink.Look}");
        }
    }

    /// <summary>Turns until what was handed over so far is confirmed.</summary>
    public UplinkEvent Confirmed(int number)
    {
        Until(() => Events.Any(one => one.Kind == UplinkEventKind.Confirmed && one.Number == number), $"the confirmation of {number}");
        return Events.Last(one => one.Kind == UplinkEventKind.Confirmed && one.Number == number);
    }

    public int Publish(string topic, string text, int quality = 1, bool retain = false) =>
        Uplink.Publish(new(topic, Encoding.UTF8.GetBytes(text), quality) { Retain = retain }) ?? throw new InvalidOperationException($"no room; {Uplink.Look}");

    public void Dispose() => Uplink.Dispose();
}
