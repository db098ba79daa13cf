using System.Text;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>The uplink against a real broker: sessions, confirmations, what outlives a session, and whom it turns to.</summary>
public class UplinkTests
{
    [Fact]
    public async Task What_is_sent_is_confirmed_and_comes_out_whole()
    {
        await using var broker = await Mosquitto.StartAsync();
        using var listener = Client.Open(Client.Settings(broker.Plain) with { Filters = ["a/#"] });
        using var client = Client.Open(Client.Settings(broker.Plain));
        listener.Confirmed(listener.Publish("warm", "up")); // its subscription stands before
        var number = client.Uplink.Publish(new("a/b", "{}"u8.ToArray()) { ContentType = "application/json", Correlation = new byte[] { 1, 2, 3 } });
        Assert.Equal(0, client.Confirmed(number!.Value).Reason & 128);
        listener.Until(() => listener.Received.Any(), "the message");
        var got = listener.Received.Single();
        Assert.Equal(("a/b", "{}", "application/json"), (got.Topic, Encoding.UTF8.GetString(got.Payload), got.ContentType));
        Assert.Equal([1, 2, 3], got.Correlation);
        Assert.Equal(1, client.Uplink.Look.SentMessages);
    }

    [Fact]
    public async Task What_came_while_the_box_was_away_is_there_when_it_returns()
    {
        await using var broker = await Mosquitto.StartAsync();
        var settings = Client.Settings(broker.Plain) with { Filters = ["cmd/#"] };
        using (var before = Client.Open(settings))
            before.Confirmed(before.Publish("x", "y"));
        using (var sender = Client.Open(Client.Settings(broker.Plain)))
            sender.Confirmed(sender.Publish("cmd/1", "late"));
        using var after = Client.Open(settings);
        after.Until(() => after.Received.Any(), "the late command");
        Assert.Equal("late", Encoding.UTF8.GetString(after.Received.Single().Payload));
    }

    [Fact]
    public async Task The_broker_speaks_for_a_box_that_left_without_a_word_and_not_for_one_that_said_goodbye()
    {
        await using var broker = await Mosquitto.StartAsync();
        using var listener = Client.Open(Client.Settings(broker.Plain) with { Filters = ["will/#"] });
        var settings = Client.Settings(broker.Plain) with { WillDelay = TimeSpan.Zero };
        using (var polite = Client.Open(settings with { ClientId = "polite", Will = new("will/polite", "gone"u8.ToArray()) { Retain = true } }))
            polite.Uplink.Leave();
        Client.Open(settings with { ClientId = "rude", Will = new("will/rude", "gone"u8.ToArray()) { Retain = true } }).Dispose();
        listener.Until(() => listener.Received.Any(), "the will");
        Assert.Equal("will/rude", listener.Received.Single().Topic);
    }

    [Fact]
    public async Task A_broker_that_comes_back_is_found_again()
    {
        await using var broker = await Mosquitto.StartAsync();
        using var client = Client.Open(Client.Settings(broker.Plain));
        broker.Kill();
        client.Until(() => client.Count(UplinkEventKind.Lost) == 1, "the loss");
        Assert.Contains("hung up", client.Uplink.Look.Trouble!, StringComparison.Ordinal);
        client.Until(() => client.Uplink.Look.Attempts > 2, "attempts that fail");
        Assert.Contains("not reached: Connection refused", client.Uplink.Look.Trouble!, StringComparison.Ordinal);
        Assert.Null(client.Uplink.Publish(new("a", "b"u8.ToArray())));
        await broker.StartAsync();
        client.Until(() => client.Count(UplinkEventKind.Connected) == 2, "the return");
        Assert.Null(client.Uplink.Look.Trouble);
        client.Confirmed(client.Publish("a", "b"));
    }

    [Fact]
    public async Task The_next_broker_is_asked_when_the_first_is_not_there_and_the_first_again_later()
    {
        await using var second = await Mosquitto.StartAsync();
        await using var first = new Mosquitto();
        using var client = Client.Open(Client.Settings(first.Plain, second.Plain));
        Assert.Equal(second.Plain.ToString(), client.Uplink.Look.Broker);
        await first.StartAsync();
        second.Kill();
        client.Until(() => client.Count(UplinkEventKind.Connected) == 2, "the preferred broker");
        Assert.Equal(first.Plain.ToString(), client.Uplink.Look.Broker);
    }

    /// <summary>A host that swallows what is sent to it: the kernel alone would wait two minutes and more for each attempt.</summary>
    [Fact]
    public async Task A_connect_that_hangs_holds_no_turn_up_and_the_next_broker_is_asked()
    {
        await using var second = await Mosquitto.StartAsync();
        using var deaf = new DeafPort();
        var time = new ManualTime();
        using var client = new Client(Client.Settings(deaf.Address, second.Plain), time);
        for (var turn = 0; turn < 20; turn++)
        {
            client.Events.AddRange(client.Uplink.Turn(TimeSpan.FromMilliseconds(5)));
            Assert.Equal((UplinkState.Connecting, deaf.Address.ToString()), (client.Uplink.Look.State, client.Uplink.Look.Broker));
            time.Advance(TimeSpan.FromSeconds(1));
        }
        time.Advance(TimeSpan.FromSeconds(1));
        client.Events.AddRange(client.Uplink.Turn(TimeSpan.FromMilliseconds(5)));
        Assert.Contains("nothing answers there within 20 s", client.Uplink.Look.Trouble!, StringComparison.Ordinal);
        client.Until(() => client.Uplink.Look.State == UplinkState.Syncing, "a session with the second");
        Assert.Equal(second.Plain.ToString(), client.Uplink.Look.Broker);
    }

    [Fact]
    public async Task A_broker_that_freezes_is_left_within_70_s_although_its_socket_takes_everything()
    {
        await using var broker = await Mosquitto.StartAsync();
        var time = new ManualTime();
        using var client = new Client(Client.Settings(broker.Plain), time);
        client.Until(() => client.Uplink.Look.State == UplinkState.Syncing, "a session");
        await broker.SignalAsync("STOP");
        var seconds = 0;
        while (client.Count(UplinkEventKind.Lost) == 0 && seconds < 200)
        {
            client.Publish("telemetry", "at most once", quality: 0);
            time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
            client.Events.AddRange(client.Uplink.Turn(TimeSpan.FromMilliseconds(1)));
        }
        Assert.InRange(seconds, 31, 70);
        Assert.Contains("silent", client.Uplink.Look.Trouble!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_idle_broker_that_answers_its_probe_is_kept()
    {
        await using var broker = await Mosquitto.StartAsync();
        var time = new ManualTime();
        using var client = new Client(Client.Settings(broker.Plain) with { KeepAlive = TimeSpan.FromSeconds(240) }, time);
        client.Until(() => client.Uplink.Look.State == UplinkState.Syncing, "a session");
        for (var i = 0; i < 600; i++)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            client.Events.AddRange(client.Uplink.Turn(TimeSpan.FromMilliseconds(5)));
        }
        Assert.Equal(0, client.Count(UplinkEventKind.Lost));
    }

    [Fact]
    public async Task Who_takes_our_name_is_told_of_and_not_fought()
    {
        await using var broker = new FakeBroker(async (stream, stop) =>
        {
            await stream.WriteAsync(FakeBroker.Welcome, stop);
            await stream.WriteAsync(new byte[] { 0xE0, 2, 142, 0 }, stop);
        });
        using var ours = new Client(Client.Settings(broker.Address));
        ours.Until(() => ours.Count(UplinkEventKind.Lost) == 1, "the take-over");
        Assert.Contains("under this box's name", ours.Uplink.Look.Trouble!, StringComparison.Ordinal);
        Assert.InRange(ours.Uplink.Look.RetryInMs, 29_000, 31_000);
    }

    /// <summary>mosquitto takes ten topics by number; what is beyond goes by name.</summary>
    [Fact]
    public async Task Topics_that_come_again_go_as_numbers_and_arrive_by_name()
    {
        await using var broker = await Mosquitto.StartAsync();
        using var listener = Client.Open(Client.Settings(broker.Plain) with { Filters = ["a/#"] });
        using var client = Client.Open(Client.Settings(broker.Plain) with { Window = 100 });
        var topics = Enumerable.Range(0, 14).Select(i => $"a/{i}/{new string('x', 100)}").ToArray();
        var bytes = new List<long>();
        for (var round = 0; round < 3; round++)
        {
            var before = client.Uplink.Look.SentBytes;
            client.Confirmed(topics.Select(topic => client.Publish(topic, "v", retain: round == 0)).ToArray()[^1]);
            bytes.Add(client.Uplink.Look.SentBytes - before);
        }
        listener.Until(() => listener.Received.Count() == 3 * topics.Length, "all of them");
        Assert.Equal(topics.Concat(topics).Concat(topics), listener.Received.Select(one => one.Topic));
        Assert.InRange(bytes[0] - bytes[1], 10 * 100, 10 * 110);
        Assert.Equal(bytes[1], bytes[2]);
        using var late = Client.Open(Client.Settings(broker.Plain) with { Filters = ["a/#"] });
        late.Until(() => late.Received.Count() == topics.Length, "what is retained");
    }

    /// <summary>Q9: mosquitto 2.0.11 says nothing when it gives a name to another.</summary>
    [Fact]
    public async Task Two_boxes_of_one_name_do_not_storm_a_broker_that_does_not_say_so()
    {
        await using var broker = await Mosquitto.StartAsync();
        var settings = Client.Settings(broker.Plain);
        using var ours = Client.Open(settings);
        for (var i = 1; i <= 2; i++)
        {
            using var theirs = Client.Open(settings);
            ours.Until(() => ours.Count(UplinkEventKind.Lost) == i, "the take-over");
            if (i == 1)
                ours.Until(() => ours.Count(UplinkEventKind.Connected) == 2, "the return");
        }
        Assert.Contains("perhaps somebody else comes under this box's name", ours.Uplink.Look.Trouble!, StringComparison.Ordinal);
        Assert.InRange(ours.Uplink.Look.RetryInMs, 29_000, 31_000);
    }

    [Fact]
    public async Task No_more_is_on_its_way_than_the_window()
    {
        await using var broker = await Mosquitto.StartAsync();
        using var client = Client.Open(Client.Settings(broker.Plain) with { Window = 4 });
        await broker.SignalAsync("STOP");
        var numbers = Enumerable.Range(0, 4).Select(_ => client.Publish("a", "b")).ToArray();
        Assert.Equal(0, client.Uplink.Room);
        Assert.Null(client.Uplink.Publish(new("a", "b"u8.ToArray())));
        await broker.SignalAsync("CONT");
        Assert.All(numbers, number => client.Confirmed(number));
        Assert.Equal(4, client.Uplink.Room);
    }

    [Fact]
    public async Task A_message_the_broker_cannot_take_is_told_and_stops_nothing()
    {
        await using var broker = await Mosquitto.StartAsync("max_packet_size 1000");
        using var client = Client.Open(Client.Settings(broker.Plain));
        var large = client.Publish("a", new string('x', 2000));
        Assert.Equal(149, client.Confirmed(large).Reason);
        client.Confirmed(client.Publish("a", "small"));
        Assert.Equal(0, client.Count(UplinkEventKind.Lost));
    }

    [Fact]
    public void Waits_are_of_full_jitter_and_never_more_than_600_s()
    {
        var dice = new Random(7);
        var waits = Enumerable.Range(0, 2_000).Select(_ => new Backoff(TimeSpan.FromSeconds(120), dice.NextDouble).Next().TotalSeconds).ToArray();
        var perSecond = waits.GroupBy(wait => (int)wait).Max(group => group.Count());
        Assert.True(perSecond <= 2_000 * 0.02, $"{perSecond} of 2,000 boxes in one second");
        var bounds = new Backoff(TimeSpan.FromSeconds(120), () => 0.999_999);
        Assert.Equal([120, 240, 480, 600, 600], Enumerable.Range(0, 5).Select(_ => (int)Math.Round(bounds.Next().TotalSeconds)));
        bounds.Lasted(TimeSpan.FromSeconds(59));
        Assert.Equal(600, (int)Math.Round(bounds.Next().TotalSeconds));
        bounds.Lasted(TimeSpan.FromSeconds(60));
        Assert.Equal(120, (int)Math.Round(bounds.Next().TotalSeconds));
    }
}
