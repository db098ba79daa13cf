using SmartEms.Edge.Core.Syncing;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>Q6, Q7: brokers that lie, flood, refuse or say nothing are left; memory stays where it was.</summary>
public class HostileBrokerTests
{
    private static long ResidentBytes
    {
        get
        {
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            return self.WorkingSet64;
        }
    }

    [Fact]
    public async Task A_packet_of_256_MB_is_not_taken()
    {
        await using var broker = new FakeBroker(async (stream, stop) =>
        {
            await stream.WriteAsync(FakeBroker.Welcome, stop);
            await stream.WriteAsync(new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, (byte)'a', 0 }, stop);
            var chunk = new byte[1 << 16];
            for (var i = 0; i < 4096; i++)
                await stream.WriteAsync(chunk, stop);
        });
        var before = ResidentBytes;
        using var client = new Client(Client.Settings(broker.Address));
        client.Until(() => client.Count(UplinkEventKind.Lost) == 1, "the end");
        Assert.Contains("packet of more than 64 KiB", client.Uplink.Look.Trouble!, StringComparison.Ordinal);
        Assert.True(ResidentBytes - before < 64 << 20, $"{(ResidentBytes - before) >> 20} MB more");
        Assert.True(client.Uplink.Look.RetryInMs > 20_000, "a broker that floods is not asked again at once");
    }

    [Fact]
    public async Task A_flood_of_messages_is_not_taken()
    {
        byte[] message = [0x30, 5, 0, 1, (byte)'a', 0, 7];
        await using var broker = new FakeBroker(async (stream, stop) =>
        {
            await stream.WriteAsync(FakeBroker.Welcome, stop);
            var many = Enumerable.Repeat(message, 1_000).SelectMany(one => one).ToArray();
            while (!stop.IsCancellationRequested)
                await stream.WriteAsync(many, stop);
        });
        using var client = new Client(Client.Settings(broker.Address) with { MostMessagesPerSecond = 200 });
        client.Until(() => client.Count(UplinkEventKind.Lost) == 1, "the end");
        Assert.Contains("more than 200 messages a second", client.Uplink.Look.Trouble!, StringComparison.Ordinal);
        Assert.InRange(client.Received.Count(), 1, 200);
    }

    [Theory]
    [InlineData(new byte[] { 0x20, 3, 0, 0x87, 0 }, "does not let this box in")]
    [InlineData(new byte[] { 0x20, 3, 0, 0x88, 0 }, "takes nobody at the moment")]
    [InlineData(new byte[] { 0x20, 3, 0, 0x84, 0 }, "refuses the session")]
    [InlineData(new byte[] { 0xF0, 2, 0, 0 }, "")]
    [InlineData(new byte[] { 0x40, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, "")]
    [InlineData(new byte[] { 0x20, 0 }, "")]
    [InlineData(new byte[] { (byte)'H', (byte)'T', (byte)'T', (byte)'P', (byte)'/', (byte)'1' }, "")]
    public async Task What_is_no_welcome_is_no_session(byte[] answer, string words)
    {
        await using var broker = new FakeBroker(async (stream, stop) => await stream.WriteAsync(answer, stop));
        using var client = new Client(Client.Settings(broker.Address));
        client.Until(() => client.Uplink.Look.Attempts >= 2, "a second attempt");
        Assert.Equal(0, client.Uplink.Look.Sessions);
        Assert.Contains(words, client.Uplink.Look.Trouble!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_says_nothing_is_left_after_20_s()
    {
        await using var broker = new FakeBroker((_, stop) => Task.Delay(Timeout.Infinite, stop));
        var time = new Modbus.ManualTime();
        using var client = new Client(Client.Settings(broker.Address), time);
        client.Until(() => client.Uplink.Look.State == UplinkState.Connecting, "an attempt");
        time.Advance(TimeSpan.FromSeconds(21));
        client.Until(() => client.Uplink.Look.Trouble is not null, "the end");
        Assert.Contains("did not answer within 20 s", client.Uplink.Look.Trouble!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x97)] // quota exceeded
    [InlineData(0x99)] // payload format invalid
    public async Task A_message_that_is_refused_is_told_and_the_next_goes_on(byte reason)
    {
        await using var broker = new FakeBroker(async (stream, stop) =>
        {
            await stream.WriteAsync(FakeBroker.Welcome, stop);
            for (var i = 0; i < 2; i++)
            {
                var (_, body) = await FakeBroker.ReadAsync(stream, stop);
                var topic = (body[0] << 8) | body[1];
                await stream.WriteAsync(new byte[] { 0x40, 4, body[2 + topic], body[3 + topic], i == 0 ? reason : (byte)0, 0 }, stop);
            }
            await Task.Delay(Timeout.Infinite, stop);
        });
        using var client = Client.Open(Client.Settings(broker.Address));
        Assert.Equal(reason, client.Confirmed(client.Publish("a", "1")).Reason);
        Assert.Equal(0, client.Confirmed(client.Publish("a", "2")).Reason);
        Assert.Equal(0, client.Count(UplinkEventKind.Lost));
    }

    [Fact]
    public async Task A_confirmation_that_never_comes_ends_the_session()
    {
        await using var broker = new FakeBroker(async (stream, stop) =>
        {
            await stream.WriteAsync(FakeBroker.Welcome, stop);
            while (true)
            {
                await Task.Delay(5, stop);
                await stream.WriteAsync(new byte[] { 0x30, 5, 0, 1, (byte)'a', 0, 7 }, stop); // it talks, and confirms nothing
            }
        });
        var time = new Modbus.ManualTime();
        using var client = new Client(Client.Settings(broker.Address), time);
        client.Until(() => client.Uplink.Look.State == UplinkState.Syncing, "a session");
        client.Publish("a", "1");
        for (var i = 0; i < 70 && client.Count(UplinkEventKind.Lost) == 0; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1.01));
            client.Events.AddRange(client.Uplink.Turn(TimeSpan.FromMilliseconds(20)));
        }
        Assert.Equal(1, client.Count(UplinkEventKind.Lost));
    }
}
