using System.Text.Json;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Adapters.Mqtt;
using Xunit;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>The cloud asks for what was stored: it gets exactly that, where it may read, at the slower pace.</summary>
public class PullTests
{
    private const string To = "smartems/v1/acme/answer/1";

    private static List<UplinkMessage> Answers(Linked box, string topic = To)
    {
        var answers = new List<UplinkMessage>();
        box.Uplink.Deliver = message =>
        {
            if (message.Topic == topic)
                answers.Add(message);
        };
        return answers;
    }

    private static JsonElement Json(UplinkMessage message) => JsonDocument.Parse(Postage.Opened(message.Payload, message.ContentType ?? "", 1 << 20)).RootElement;

    [Fact]
    public async Task Slots_are_given_oldest_first_in_pieces_with_what_the_asker_sent_along()
    {
        await using var box = new Linked();
        box.Day(slots: 96);
        var answers = Answers(box);
        box.Uplink.Plug();
        box.Uplink.Receive(box.Topics.Pull, """{"v":1,"from_slot":2000010,"to_slot":2000079}""", To, [7, 7]);
        box.Live(TimeSpan.FromSeconds(60));
        var slots = answers.SelectMany(one => Json(one).GetProperty("items").EnumerateArray()).Select(item => item.GetProperty("slot").GetInt64()).ToArray();
        Assert.Equal(Enumerable.Range(2_000_010, 70).Select(i => (long)i), slots);
        Assert.Equal([false, false, true], answers.Select(one => Json(one).GetProperty("done").GetBoolean()));
        Assert.All(answers, one => Assert.Equal([7, 7], one.Correlation.ToArray()));
    }

    [Fact]
    public async Task Numbers_of_the_ledger_can_be_asked_for()
    {
        await using var box = new Linked();
        box.Day(slots: 4);
        var answers = Answers(box);
        box.Uplink.Plug();
        box.Uplink.Receive(box.Topics.Pull, """{"v":1,"from_seq":21,"to_seq":54}""", To);
        box.Live(TimeSpan.FromSeconds(20));
        var numbers = answers.SelectMany(one => Json(one).GetProperty("items").EnumerateArray()).Select(item => item.GetProperty("seq").GetInt64()).ToArray();
        Assert.Equal(box.Sendable.Where(number => number is >= 21 and <= 54), numbers);
    }

    [Fact]
    public async Task More_questions_than_can_be_kept_are_told_so()
    {
        await using var box = new Linked();
        box.Day(slots: 96);
        var answers = Answers(box);
        box.Uplink.Plug();
        for (var i = 0; i < 20; i++)
            box.Uplink.Receive(box.Topics.Pull, """{"v":1,"from_slot":2000000,"to_slot":2000090}""", To);
        box.Live(TimeSpan.FromSeconds(2));
        Assert.Equal(16, answers.Count(one => Json(one).TryGetProperty("error", out _)));
    }

    [Theory]
    [InlineData("smartems/v1/other/answer/1", """{"v":1,"from_seq":1,"to_seq":9}""")]
    [InlineData("", """{"v":1,"from_seq":1,"to_seq":9}""")]
    [InlineData("smartems/v1/acme/answer/+/x", """{"v":1,"from_seq":1,"to_seq":9}""")]
    [InlineData("smartems/v1/acme/test/box-2/ack", """{"v":1,"from_seq":1,"to_seq":9}""")]
    [InlineData(To, """{"v":2,"from_seq":1,"to_seq":9}""")]
    [InlineData(To, """{"v":1,"from_seq":9,"to_seq":1}""")]
    [InlineData(To, """{"v":1,"from_seq":1,"to_slot":9}""")]
    [InlineData(To, """{"v":1,"from_seq":1,"to_seq":9,"more":1}""")]
    [InlineData(To, """{"v":1,"from_seq":-5,"to_seq":9}""")]
    [InlineData(To, """[1]""")]
    [InlineData(To, """{"v":1,"from_seq":1e99,"to_seq":9}""")]
    [InlineData(To, "not JSON")]
    public async Task What_is_no_question_or_may_not_be_answered_is_not(string to, string question)
    {
        await using var box = new Linked();
        box.Day(slots: 1);
        var answers = Answers(box, to);
        box.Uplink.Plug();
        box.Uplink.Receive(box.Topics.Pull, question, to);
        box.Live(TimeSpan.FromSeconds(3));
        Assert.DoesNotContain(answers, one => !one.Topic.StartsWith(box.Topics.State[..^6], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_thousand_damaged_words_of_the_receiver_move_nothing()
    {
        await using var box = new Linked();
        box.Day(slots: 1);
        box.Uplink.Plug();
        var (dice, sound) = (new Random(5), """{"v":1,"through":5,"epoch":0,"missing":[[1,2]]}"""u8.ToArray());
        for (var i = 0; i < 1_000; i++)
        {
            var word = sound.ToArray();
            for (var flips = dice.Next(1, 4); flips > 0; flips--)
                word[dice.Next(word.Length)] = (byte)dice.Next(256);
            _ = UplinkRequests.Ack(word);
            _ = UplinkRequests.Pull(word);
        }
        box.Uplink.Receive(box.Topics.Acknowledge, new string('[', 10_000));
        box.Uplink.Receive(box.Topics.Acknowledge, """{"v":1,"through":99999999,"epoch":0}""");
        box.Live(TimeSpan.FromSeconds(2), acks: false);
        Assert.True(box.Uplinker.Look.Acknowledged <= box.Store.Head.Sequence);
    }
}
