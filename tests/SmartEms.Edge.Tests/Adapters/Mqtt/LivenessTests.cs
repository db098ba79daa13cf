using System.Collections.Concurrent;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>Keeping alive, on a clock that the test moves: by MQTT's own ping, never later than was told, whatever is heard meanwhile; and a broker that does not answer it is left.</summary>
public class LivenessTests
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(300);

    /// <summary>Answers pings, and says what it was told to say.</summary>
    private sealed class Pinged(byte[]? says = null) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<byte> packets = [];
        private FakeBroker? broker;

        public IReadOnlyList<byte> Packets => [.. packets];

        public FakeBroker Start() => broker = new(async (stream, stop) =>
        {
            await stream.WriteAsync(FakeBroker.Welcome, stop);
            while (true)
            {
                if (says is not null)
                    await stream.WriteAsync(says, stop);
                var read = FakeBroker.ReadAsync(stream, stop);
                while (says is not null && !read.IsCompleted)
                {
                    await stream.WriteAsync(says, stop);
                    await Task.Delay(2, stop);
                }
                var (first, body) = await read;
                packets.Enqueue(first);
                Assert.Empty(body);
                await stream.WriteAsync(new byte[] { 0xD0, 0 }, stop);
            }
        });

        public ValueTask DisposeAsync() => broker!.DisposeAsync();
    }

    private static Client Open(FakeBroker broker, ManualTime time)
    {
        var client = new Client(Client.Settings(broker.Address) with { KeepAlive = KeepAlive }, time);
        client.Until(() => client.Uplink.Look.State == UplinkState.Syncing, "a session");
        return client;
    }

    [Fact]
    public async Task Whoever_says_nothing_pings_once_in_a_keep_alive_and_not_later()
    {
        await using var pinged = new Pinged();
        var time = new ManualTime();
        using var client = Open(pinged.Start(), time);
        for (var second = 1; second <= 1_200; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            client.Events.AddRange(client.Uplink.Turn(TimeSpan.Zero));
            client.Until(() => !client.Uplink.IsOwedAnAnswer, "the answer to a ping");
            Assert.Equal(second / 300, pinged.Packets.Count);
        }
        Assert.All(pinged.Packets, first => Assert.Equal(0xC0, first));
        Assert.Equal(0, client.Count(UplinkEventKind.Lost));
    }

    /// <summary>What comes without being asked for keeps nothing alive on the other side.</summary>
    [Fact]
    public async Task Whoever_only_hears_pings_all_the_same()
    {
        await using var pinged = new Pinged([0x30, 5, 0, 1, (byte)'a', 0, 7]);
        var time = new ManualTime();
        using var client = Open(pinged.Start(), time);
        for (var second = 1; second <= 700; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var received = client.Received.Count();
            client.Until(() => client.Received.Count() > received, "a message");
        }
        client.Until(() => pinged.Packets.Count == 2, "the second ping");
        Assert.Equal(0, client.Count(UplinkEventKind.Lost));
    }

    [Fact]
    public async Task A_broker_that_freezes_while_nobody_speaks_is_left_within_70_s_of_the_ping()
    {
        await using var broker = await Mosquitto.StartAsync();
        var time = new ManualTime();
        using var client = new Client(Client.Settings(broker.Plain) with { KeepAlive = KeepAlive }, time);
        client.Until(() => client.Uplink.Look.State == UplinkState.Syncing, "a session");
        await broker.SignalAsync("STOP");
        var seconds = 0;
        while (client.Count(UplinkEventKind.Lost) == 0 && seconds < 600)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
            client.Events.AddRange(client.Uplink.Turn(TimeSpan.Zero));
        }
        Assert.InRange(seconds, 301, 370);
        Assert.Contains("silent", client.Uplink.Look.Trouble!, StringComparison.Ordinal);
    }
}
