using System.Text;
using System.Text.Json;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Adapters.Mqtt;
using Xunit;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>Q1, Q2, Q4, Q7 on simulated time: nothing is lost, nothing has an effect twice, what is new does not wait for what is old.</summary>
public class OutboxTests
{
    [Fact]
    public async Task A_day_of_absence_is_drained_within_10_minutes_in_order_and_what_is_new_is_there_within_5_s()
    {
        await using var box = new Linked();
        box.Day();
        var old = box.Sendable;
        box.Uplink.Plug();
        var (born, drainedS) = (new Dictionary<long, long>(), 0);
        box.Live(TimeSpan.FromMinutes(10), () =>
        {
            drainedS += box.Far.Items.Keys.Count(old.Contains) < old.Count ? 1 : 0;
            if (box.Clock.UptimeMs % 10_000 == 5_050)
                born[box.Append(LedgerKind.Note)] = box.Clock.UptimeMs;
        });
        Assert.True(born.Count > 50);
        Assert.Equal(box.Sendable.Order(), box.Far.Items.Keys.Order());
        Assert.Equal(0, box.Far.Duplicates);
        Assert.Equal(old, box.Far.Order.Where(old.Contains));
        Assert.All(born, one => Assert.True(box.Far.Items[one.Key].AtMs - one.Value <= 5_000, $"{one.Key} came after {box.Far.Items[one.Key].AtMs - one.Value} ms"));
        Assert.InRange(drainedS, 1, 590);
        Assert.Equal(Core.Syncing.UplinkState.Live, box.Uplinker.Look.State);
        Assert.Equal(box.Store.Head.Sequence, box.Far.Through);
    }

    [Fact]
    public async Task The_backlog_takes_no_more_than_4_messages_a_second()
    {
        await using var box = new Linked();
        box.Day();
        box.Uplink.Plug();
        box.Live(TimeSpan.FromSeconds(10), acks: false);
        Assert.InRange(box.Far.Messages, 30, 44);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Two_hundred_sessions_that_end_anyhow_lose_nothing_and_do_nothing_twice(int seed)
    {
        await using var box = new Linked();
        var dice = new Random(seed);
        for (var session = 0; session < 200; session++)
        {
            box.Uplink.Plug();
            for (var i = dice.Next(4); i >= 0; i--)
                box.Append(dice.Next(3) == 0 ? LedgerKind.Receipt : LedgerKind.Note);
            box.Live(TimeSpan.FromMilliseconds(50 * dice.Next(1, 60)), acks: dice.Next(2) == 0);
            box.Append(LedgerKind.Note);
            box.Uplinker.Step(TimeSpan.Zero);
            box.Uplink.Unplug(taken: dice.Next(5)); // the broker has some of them, and nobody knows
        }
        box.Uplink.Plug();
        box.Live(TimeSpan.FromMinutes(3));
        Assert.Equal(box.Sendable.Order(), box.Far.Items.Keys.Order());
        Assert.Equal(box.Far.Order.Count, box.Far.Items.Count);
    }

    [Fact]
    public async Task The_cursor_moves_with_the_receivers_word_alone()
    {
        await using var box = new Linked();
        box.Day(slots: 4);
        box.Uplink.Plug();
        box.Live(TimeSpan.FromSeconds(30), acks: false);
        Assert.Equal(box.Sendable.Count, box.Far.Items.Count);
        Assert.Equal(0, box.Uplinker.Look.Acknowledged);
        box.Live(TimeSpan.FromSeconds(6));
        Assert.Equal(box.Store.Head.Sequence, box.Uplinker.Look.Acknowledged);
    }

    /// <summary>Whoever can publish on the broker may say anything where no receiver's key is known.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task An_acknowledgement_beyond_what_was_sent_skips_nothing(int epoch)
    {
        await using var box = new Linked();
        box.Day();
        box.Far.Epoch = epoch;
        box.Uplink.Plug();
        box.Live(TimeSpan.FromSeconds(2), acks: false);
        box.Uplink.Receive(box.Topics.Acknowledge, $$"""{"v":1,"through":{{long.MaxValue}},"epoch":{{epoch}}}""");
        box.Live(TimeSpan.FromSeconds(1), acks: false);
        Assert.InRange(box.Uplinker.Look.Acknowledged, 0, box.Far.Through);
        box.Live(TimeSpan.FromMinutes(10));
        Assert.Equal(box.Sendable.Order(), box.Far.Items.Keys.Order());
        Assert.Equal(box.Store.Head.Sequence, box.Uplinker.Look.Acknowledged);
    }

    [Fact]
    public async Task A_receiver_that_lost_what_the_broker_took_gets_it_again()
    {
        await using var box = new Linked();
        box.Uplink.Deliver = _ => { };
        box.Day(slots: 4);
        box.Uplink.Plug();
        box.Live(TimeSpan.FromSeconds(30), acks: false);
        box.Uplink.Deliver = message => box.Far.Take(message, box.Clock.UptimeMs);
        box.Live(TimeSpan.FromSeconds(120));
        Assert.Equal(box.Sendable.Order(), box.Far.Items.Keys.Order());
    }

    [Fact]
    public async Task A_stretch_the_receiver_misses_is_sent_again_and_nothing_else()
    {
        await using var box = new Linked();
        box.Uplink.Plug();
        box.Day(slots: 2);
        box.Live(TimeSpan.FromSeconds(20));
        var before = box.Far.Messages;
        box.Uplink.Receive(box.Topics.Acknowledge, """{"v":1,"through":54,"epoch":1,"missing":[[21,26]]}""");
        box.Live(TimeSpan.FromSeconds(10));
        Assert.Equal(1, box.Far.Messages - before);
        Assert.Equal(6, box.Far.Duplicates);
    }

    [Fact]
    public async Task Without_a_receiver_the_same_is_not_sent_again_and_again()
    {
        await using var box = new Linked();
        box.Day(slots: 8);
        box.Uplink.Plug();
        box.Live(TimeSpan.FromMinutes(2), acks: false);
        var messages = box.Far.Messages;
        for (var hour = 0; hour < 24; hour++)
        {
            box.Time.Advance(TimeSpan.FromMinutes(59));
            box.Live(TimeSpan.FromMinutes(1), acks: false);
        }
        Assert.True(box.Far.Messages < messages * 12, $"{box.Far.Messages} after {messages}");
    }

    [Fact]
    public async Task A_receiver_that_begins_a_new_life_gets_everything_from_where_it_says()
    {
        await using var box = new Linked();
        box.Day(slots: 4);
        box.Uplink.Plug();
        box.Live(TimeSpan.FromSeconds(30));
        box.Far.Forget();
        box.Live(TimeSpan.FromSeconds(60));
        Assert.Equal(box.Sendable.Order(), box.Far.Items.Keys.Order());
    }

    [Fact]
    public async Task What_the_broker_refuses_for_good_is_named_and_holds_nothing_up()
    {
        await using var box = new Linked();
        box.Uplink.Reason = message => Encoding.UTF8.GetString(message.Payload.Span).Contains("poison", StringComparison.Ordinal) ? 0x99 : 0;
        box.Append(LedgerKind.Note);
        box.Uplink.Plug();
        box.Live(TimeSpan.FromSeconds(2));
        var poison = box.Append(LedgerKind.Note, "poison"u8.ToArray());
        box.Live(TimeSpan.FromSeconds(2));
        var later = box.Append(LedgerKind.Note);
        box.Live(TimeSpan.FromSeconds(4));
        Assert.True(box.Far.Items.ContainsKey(later), "what is behind it waits");
        box.Live(TimeSpan.FromSeconds(60));
        Assert.False(box.Far.Items.ContainsKey(poison));
        Assert.Equal(box.Store.Head.Sequence, box.Far.Through);
        Assert.Equal(1, box.Uplinker.Look.Refused);
    }

    [Fact]
    public async Task A_summary_costs_at_most_300_bytes_with_its_topic()
    {
        await using var box = new Linked();
        box.Uplink.Plug();
        box.Live(TimeSpan.FromSeconds(1));
        box.Far.Items.Clear();
        var (messages, bytes) = (box.Far.Messages, box.Far.Bytes);
        box.Summary(2_000_000);
        box.Live(TimeSpan.FromSeconds(5));
        Assert.Equal(1, box.Far.Messages - messages);
        Assert.InRange(box.Far.Bytes - bytes, 100, 300);
        var item = box.Far.Items.Values.Single().Item;
        Assert.Equal(2_000_000, item.GetProperty("slot").GetInt64());
        Assert.Equal(1234.5, item.GetProperty("import_wh").GetDouble());
        Assert.Equal(JsonValueKind.Number, item.GetProperty("soc_pct").ValueKind);
    }

    [Fact]
    public async Task Large_messages_are_pressed_and_opened_again()
    {
        var json = Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(0, 1_000)) + "]");
        var message = Postage.Of("t", json);
        Assert.Equal(Postage.Pressed, message.ContentType);
        Assert.True(message.Payload.Length < json.Length / 2);
        Assert.Equal(json, Postage.Opened(message.Payload, Postage.Pressed, json.Length));
        Assert.Throws<InvalidDataException>(() => Postage.Opened(message.Payload, Postage.Pressed, json.Length - 1));
        Assert.Null(Postage.Of("t", json[..1_000]).ContentType);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_damaged_entry_is_told_and_stops_nothing()
    {
        await using var box = new Linked();
        var damaged = box.Append(LedgerKind.Summary, [9, 9]);
        var sound = box.Summary(7);
        box.Uplink.Plug();
        box.Live(TimeSpan.FromSeconds(3));
        Assert.True(box.Far.Items[damaged].Item.TryGetProperty("damaged", out _));
        Assert.Equal(7, box.Far.Items[sound].Item.GetProperty("slot").GetInt64());
    }
}
