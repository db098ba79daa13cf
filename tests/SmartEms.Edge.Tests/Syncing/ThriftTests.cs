using System.Text.Json;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Control;
using Xunit;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>What keeps a day small: a quarter-hour is one message, and the receiver is asked once an hour; neither loses anything.</summary>
public class ThriftTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>A box that is live, with what the receiver gets as JSON, and what it says where it is asked.</summary>
    private sealed class Thrifty : IAsyncDisposable
    {
        private readonly List<UplinkMessage> sent = [];

        public Thrifty()
        {
            Box.Uplink.Deliver = message =>
            {
                sent.Add(message);
                if (IsThere)
                    Box.Far.Take(message, Box.Clock.UptimeMs);
            };
            Box.Uplink.Plug();
            Box.Append(LedgerKind.Note);
            Live(TimeSpan.FromSeconds(10));
            Forget();
        }

        public Linked Box { get; } = new();

        /// <summary>The broker has a receiver to give it to.</summary>
        public bool IsThere { get; set; } = true;

        /// <summary>The receiver says something when it is asked.</summary>
        public bool Answers { get; set; } = true;

        public IReadOnlyList<(string Topic, JsonElement Json)> Sent =>
            [.. sent.Select(one => (one.Topic[(one.Topic.LastIndexOf('/') + 1)..], JsonDocument.Parse(Postage.Opened(one.Payload, one.ContentType ?? "", 1 << 20)).RootElement))];

        public int Asked => Sent.Count(one => one.Json.TryGetProperty("ack", out _));

        public void Forget() => sent.Clear();

        public void Live(TimeSpan span)
        {
            var asked = Asked;
            Box.Live(span, () =>
            {
                if (!Answers || !IsThere || Asked == asked)
                    return;
                asked = Asked;
                Box.Uplink.Receive(Box.Topics.Acknowledge, Box.Far.Ack);
            }, acks: false);
        }

        /// <summary>As a box has it: the decision, the summary with the next step, and receipts meanwhile.</summary>
        public void LiveQuarter(long slot)
        {
            Box.Append(LedgerKind.Cycle, House.Record.ToBytes());
            Live(TimeSpan.FromSeconds(1));
            Box.Summary(slot);
            for (var i = 0; i < 20; i++)
                Box.Append(LedgerKind.Receipt);
            Live(Quarter - TimeSpan.FromSeconds(1));
        }

        public ValueTask DisposeAsync() => Box.DisposeAsync();
    }

    [Fact]
    public async Task Decision_and_summary_of_a_quarter_hour_are_one_message_of_at_most_1_kB()
    {
        await using var thrifty = new Thrifty();
        thrifty.LiveQuarter(2_000_000);
        var (topic, json) = Assert.Single(thrifty.Sent);
        Assert.Equal("summary", topic);
        var items = json.GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(2, items.Length);
        Assert.True(items[0].TryGetProperty("led_by", out _));
        Assert.Equal(1234.5, items[1].GetProperty("import_wh").GetDouble());
        Assert.False(items[1].TryGetProperty("watched_s", out _), "the whole quarter-hour was watched");
        Assert.InRange(json.GetRawText().Length, 1, Postage.PressedAbove);
    }

    [Theory]
    [InlineData(LedgerKind.Cycle)]
    [InlineData(LedgerKind.Summary)]
    public async Task One_without_the_other_is_there_within_5_s(LedgerKind kind)
    {
        await using var thrifty = new Thrifty();
        var number = kind == LedgerKind.Summary ? thrifty.Box.Summary(2_000_000) : thrifty.Box.Append(kind, House.Record.ToBytes());
        thrifty.Box.Append(LedgerKind.Receipt);
        thrifty.Live(TimeSpan.FromSeconds(5));
        Assert.True(thrifty.Box.Far.Items.ContainsKey(number));
        Assert.Equal(number + 1, thrifty.Box.Far.Through);
    }

    [Fact]
    public async Task Nothing_waits_behind_one_that_waits_for_the_other()
    {
        await using var thrifty = new Thrifty();
        var decision = thrifty.Box.Append(LedgerKind.Cycle, House.Record.ToBytes());
        thrifty.Live(TimeSpan.FromMilliseconds(500));
        Assert.Empty(thrifty.Sent);
        var note = thrifty.Box.Append(LedgerKind.Note);
        thrifty.Live(TimeSpan.FromMilliseconds(200));
        Assert.Equal([decision, note], thrifty.Box.Far.Order.TakeLast(2));
    }

    [Fact]
    public async Task The_receiver_is_asked_once_an_hour_and_nothing_is_sent_twice()
    {
        await using var thrifty = new Thrifty();
        for (var quarter = 0; quarter < 33; quarter++)
            thrifty.LiveQuarter(2_000_000 + quarter);
        Assert.Equal(33, thrifty.Sent.Count);
        Assert.Equal(8, thrifty.Asked);
        Assert.Equal(0, thrifty.Box.Far.Duplicates);
        Assert.Equal(thrifty.Box.Sendable.Order(), thrifty.Box.Far.Items.Keys.Order());
    }

    [Fact]
    public async Task A_busy_box_asks_sooner()
    {
        await using var thrifty = new Thrifty();
        for (var minute = 0; minute < 20; minute++)
        {
            for (var i = 0; i < 100; i++)
                thrifty.Box.Append(LedgerKind.Receipt);
            thrifty.Box.Append(LedgerKind.Note);
            thrifty.Live(TimeSpan.FromMinutes(1));
        }
        Assert.InRange(thrifty.Asked, 1, 2);
        Assert.True(thrifty.Box.Uplinker.Look.Behind < 1_200, $"{thrifty.Box.Uplinker.Look.Behind} entries are not acknowledged");
    }

    /// <summary>What is not asked for and lost behind the broker shows with the next quarter-hour as a hole.</summary>
    [Fact]
    public async Task What_the_receiver_lost_unasked_shows_with_the_next_message_and_comes_again_alone()
    {
        await using var thrifty = new Thrifty();
        thrifty.LiveQuarter(2_000_000);
        var before = thrifty.Box.Far.Through;
        thrifty.IsThere = false;
        thrifty.LiveQuarter(2_000_001);
        thrifty.IsThere = true;
        thrifty.LiveQuarter(2_000_002);
        Assert.Equal((3, 0), (thrifty.Sent.Count, thrifty.Asked));
        Assert.Equal(before, thrifty.Box.Far.Through);
        var hole = thrifty.Box.Far.Order.TakeLast(2).Min() - 1;
        thrifty.Forget();
        thrifty.Box.Uplink.Receive(thrifty.Box.Topics.Acknowledge, $$"""{"v":1,"through":{{before}},"epoch":1,"missing":[[{{before + 1}},{{hole}}]]}""");
        thrifty.Live(TimeSpan.FromSeconds(10));
        Assert.Single(thrifty.Sent);
        Assert.Equal(thrifty.Box.Sendable.Order(), thrifty.Box.Far.Items.Keys.Order());
        Assert.Equal(0, thrifty.Box.Far.Duplicates);
    }

    [Fact]
    public async Task What_was_asked_for_and_not_answered_comes_again_after_a_minute()
    {
        await using var thrifty = new Thrifty();
        thrifty.IsThere = false;
        for (var quarter = 0; quarter < 4; quarter++)
            thrifty.LiveQuarter(2_000_000 + quarter);
        Assert.Equal((4, 0), (thrifty.Sent.Count, thrifty.Asked));
        thrifty.Box.Summary(2_000_004);
        thrifty.Live(TimeSpan.FromSeconds(10));
        Assert.Equal((5, 1), (thrifty.Sent.Count, thrifty.Asked));
        thrifty.IsThere = true;
        thrifty.Live(TimeSpan.FromSeconds(70));
        Assert.Equal(thrifty.Box.Sendable.Order(), thrifty.Box.Far.Items.Keys.Order());
        Assert.Equal(thrifty.Box.Store.Head.Sequence, thrifty.Box.Uplinker.Look.Acknowledged);
        Assert.Equal(0, thrifty.Box.Far.Duplicates);
    }

    /// <summary>A link whose pipe is full takes nothing, and nobody has asked: it comes again all the same.</summary>
    [Fact]
    public async Task What_the_link_did_not_take_comes_again_after_a_minute()
    {
        await using var thrifty = new Thrifty();
        thrifty.Box.Uplink.TakesNothing = true;
        var number = thrifty.Box.Append(LedgerKind.Note);
        thrifty.Live(TimeSpan.FromSeconds(5));
        thrifty.Box.Uplink.TakesNothing = false;
        thrifty.Live(TimeSpan.FromSeconds(70));
        Assert.True(thrifty.Box.Far.Items.ContainsKey(number));
    }
}
