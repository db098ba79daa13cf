using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Core.Commanding;
using Xunit;

namespace SmartEms.Edge.Tests.Commanding;

/// <summary>Whose acknowledgement moves the outbox: once the list of keys names a receiver, nobody else's.</summary>
public sealed class AckTests : IDisposable
{
    private static readonly byte[] Ack = Encoding.UTF8.GetBytes("""{"v":1,"through":5,"epoch":1}""");

    private readonly Senders senders = new();

    private byte[]? Heard(byte[] message) => SignedAck.Heard(message, Senders.Device, senders.WithReceiver);

    private byte[] Signed(ECDsa? key = null, byte[]? device = null, byte[]? ack = null) => SignedAck.Sign(key ?? senders.Receiver, device ?? Senders.Device, ack ?? Ack);

    [Fact]
    public void What_a_receiver_of_the_list_signed_for_this_box_is_heard() => Assert.Equal(Ack, Heard(Signed()));

    [Fact]
    public void Where_the_list_names_no_receiver_whatever_comes_is_heard()
    {
        var keys = OperatorKeys.Read(senders.List, senders.Root);
        Assert.Equal(Ack, SignedAck.Heard(Ack, Senders.Device, keys));
        Assert.Equal(Ack, SignedAck.Heard(Signed(), Senders.Device, keys));
        Assert.Equal(Ack, SignedAck.Heard(Signed(senders.Stranger), Senders.Device, OperatorKeys.None));
    }

    [Fact]
    public void What_nobody_signed_or_another_key_or_for_another_box_is_not()
    {
        Assert.Null(Heard(Ack));
        Assert.Null(Heard(Signed(senders.Stranger)));
        Assert.Null(Heard(Signed(senders.Ada))); // an admin, and no receiver
        Assert.Null(Heard(Signed(device: CommandEnvelope.DeviceOf("acme", "other", "box-1"))));
        Assert.Null(Heard(SignedWords.Sign(senders.Receiver, "SmartEms result 1\0"u8, Ack)));
    }

    [Fact]
    public void A_changed_byte_anywhere_is_not_heard_as_something_else()
    {
        var signed = Signed();
        for (var i = 0; i < signed.Length; i++)
            foreach (var bit in (byte[])[1, 2, 4, 8, 16, 32, 64, 128])
            {
                var changed = (byte[])signed.Clone();
                changed[i] ^= bit;
                Assert.True(Heard(changed) is not { } heard || heard.AsSpan().SequenceEqual(Ack), $"bit {bit} of byte {i}");
            }
    }

    [Fact]
    public void What_is_no_acknowledgement_at_all_is_not_heard_and_breaks_nothing()
    {
        var dice = new Random(5);
        for (var i = 0; i < 10_000; i++)
        {
            var noise = new byte[dice.Next(200)];
            dice.NextBytes(noise);
            Assert.Null(Heard(noise));
        }
        Assert.Null(Heard(Encoding.UTF8.GetBytes(new string('[', 10_000))));
        Assert.Null(Heard(Signed(ack: new byte[20_000].Select(_ => (byte)'a').ToArray())));
        Assert.Null(Heard("""{"v":1,"said":7,"key":"x","signature":"!"}"""u8.ToArray()));
    }

    [Fact]
    public void A_receivers_key_commands_nothing()
    {
        senders.Gate.Keys = senders.WithReceiver;
        foreach (var rule in CommandRule.All)
            Assert.False(rule.Allows(CommandRole.Receiver), rule.Name);
        Assert.Equal(CommandRefusal.RoleTooLow, senders.Check(senders.Envelope(CommandVerb.Ping, "{}", senders.Receiver).Sign(senders.Receiver)));
    }

    public void Dispose() => senders.Dispose();
}
