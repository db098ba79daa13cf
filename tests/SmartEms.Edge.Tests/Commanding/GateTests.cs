using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Commanding;

/// <summary>C1–C6: what is not a good command from a known key for this box, now, once, is refused.</summary>
public sealed class GateTests : IDisposable
{
    private readonly Senders senders = new();

    [Fact]
    public void A_good_command_is_heard_once_and_never_again()
    {
        var command = senders.Limit();
        Assert.Equal(CommandRefusal.None, senders.Check(command));
        for (var i = 0; i < 1_000; i++)
            Assert.Equal(CommandRefusal.Replayed, senders.Check(command, new(Senders.Now.UnixMilliseconds + (i % 100)), uptimeMs: i * 1_000L));
    }

    [Fact]
    public void A_replay_is_seen_after_a_restart_and_after_the_clock_was_set_back()
    {
        var (first, second) = (senders.Limit(), senders.Limit());
        var verdict = senders.Gate.Check(second, Senders.Now, true, 0);
        var kept = senders.Gate.Count(verdict.Command!);
        senders.Gate = new(Senders.Device, OperatorKeys.Read(senders.List, senders.Root), CommandGate.CountersFromBytes(kept));
        Assert.Equal(CommandRefusal.Replayed, senders.Check(second));
        Assert.Equal(CommandRefusal.Replayed, senders.Check(first)); // older than what was heard: order cannot be turned
        Assert.Equal(CommandRefusal.Replayed, senders.Check(second, new(Senders.Now.UnixMilliseconds - 500)));
    }

    [Theory]
    [InlineData(-2_000, 100_000, CommandRefusal.None)]
    [InlineData(-200_000, -1, CommandRefusal.OutOfTime)] // expired
    [InlineData(-200_000, 0, CommandRefusal.OutOfTime)] // ends at this moment
    [InlineData(1, 100_000, CommandRefusal.OutOfTime)] // of the future
    [InlineData(-1_000, 299_001, CommandRefusal.OutOfTime)] // longer than five minutes
    [InlineData(-1_000, -2_000, CommandRefusal.OutOfTime)] // ends before it begins
    public void A_command_is_good_in_its_window_only(long from, long to, CommandRefusal expected)
    {
        var envelope = senders.Envelope(CommandVerb.Ping, "{}") with { NotBefore = new(Senders.Now.UnixMilliseconds + from), NotAfter = new(Senders.Now.UnixMilliseconds + to) };
        Assert.Equal(expected, senders.Check(envelope.Sign(senders.Ada)));
    }

    [Theory]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MaxValue - 5, long.MaxValue)]
    [InlineData(-1, 200_000)]
    public void Times_at_the_ends_of_numbers_are_no_window(long from, long to) =>
        Assert.Equal(CommandRefusal.OutOfTime, senders.Check((senders.Envelope(CommandVerb.Ping, "{}") with { NotBefore = new(from), NotAfter = new(to) }).Sign(senders.Ada)));

    [Fact]
    public void While_the_clock_is_not_trusted_only_what_tightens_is_heard()
    {
        Assert.Equal(CommandRefusal.None, senders.Check(senders.Limit(), new(0), isTrusted: false));
        Assert.Equal(CommandRefusal.None, senders.Check(senders.Envelope(CommandVerb.Stop, """{"reason":"x"}""").Sign(senders.Ada), new(0), isTrusted: false));
        Assert.Equal(CommandRefusal.ClockNotTrusted, senders.Check(senders.Envelope(CommandVerb.Set, """{"part":"bat1","value":"idle","lease_s":60,"reason":"x"}""").Sign(senders.Ada), isTrusted: false));
        Assert.Equal(CommandRefusal.ClockNotTrusted, senders.Check(senders.Envelope(CommandVerb.Release, """{"reason":"x"}""").Sign(senders.Ada), isTrusted: false));
    }

    [Fact]
    public void The_other_s_of_a_signature_is_refused()
    {
        var order = BigInteger.Parse("0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber);
        for (var i = 0; i < 50; i++)
        {
            var command = senders.Limit();
            var s = new BigInteger(command.AsSpan(command.Length - 32), isUnsigned: true, isBigEndian: true);
            Assert.True(s <= order / 2, "our own signatures are the smaller ones");
            var other = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
            command.AsSpan(command.Length - 32).Clear();
            other.CopyTo(command, command.Length - other.Length);
            Assert.True(senders.Ada.VerifyData((byte[])[.. "SmartEms command 1\0"u8, .. command[..^64]], command[^64..], HashAlgorithmName.SHA256), "the curve itself would take it");
            Assert.Equal(CommandRefusal.WrongSignature, senders.Check(command, uptimeMs: i * 1_000L));
        }
    }

    [Fact]
    public void Of_a_stranger_a_wrong_key_another_box_or_another_algorithm_nothing_is_heard()
    {
        var envelope = senders.Envelope(CommandVerb.Ping, "{}");
        Assert.Equal(CommandRefusal.UnknownKey, senders.Check((envelope with { KeyId = CommandSignature.IdOf(senders.Stranger) }).Sign(senders.Stranger)));
        Assert.Equal(CommandRefusal.WrongSignature, senders.Check(envelope.Sign(senders.Stranger)));
        Assert.Equal(CommandRefusal.WrongSignature, senders.Check(envelope.Sign(senders.Bob)));
        Assert.Equal(CommandRefusal.OtherDevice, senders.Check((envelope with { Device = CommandEnvelope.DeviceOf("acme", Given.Site().Id, "box-2") }).Sign(senders.Ada)));
        var other = envelope.Sign(senders.Ada);
        other[4] = 2;
        Assert.Equal(CommandRefusal.NoEnvelope, senders.Check(other));
    }

    [Fact]
    public void A_role_and_a_verb_bound_what_a_key_may_do()
    {
        Assert.Equal(CommandRefusal.None, senders.Check(senders.Envelope(CommandVerb.Ping, "{}", senders.Eve).Sign(senders.Eve)));
        Assert.Equal(CommandRefusal.RoleTooLow, senders.Check(senders.Envelope(CommandVerb.Stop, """{"reason":"x"}""", senders.Eve).Sign(senders.Eve)));
        Assert.Equal(CommandRefusal.UnknownVerb, senders.Check(senders.Envelope((CommandVerb)99, "{}").Sign(senders.Ada)));
    }

    [Fact]
    public void A_verb_for_two_wants_two()
    {
        var envelope = senders.Envelope(CommandVerb.Keys, "list");
        Assert.Equal(CommandRefusal.NotSigned, senders.Check(envelope.Sign(senders.Ada)));
        Assert.Equal(CommandRefusal.WrongSignature, senders.Check(envelope.Sign(senders.Ada, senders.Ada))); // the same person twice
        Assert.Equal(CommandRefusal.WrongSignature, senders.Check(envelope.Sign(senders.Ada, senders.Eve))); // who may not
        Assert.Equal(CommandRefusal.WrongSignature, senders.Check(envelope.Sign(senders.Ada, senders.Stranger)));
        var swapped = envelope.Sign(senders.Ada, senders.Bob);
        swapped[^1] ^= 1;
        Assert.Equal(CommandRefusal.WrongSignature, senders.Check(swapped));
        Assert.Equal(CommandRefusal.None, senders.Check(envelope.Sign(senders.Ada, senders.Bob)));
    }

    [Theory]
    [InlineData(CommandVerb.LimitImport, """{"w":-1,"lease_s":900,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":1e300,"lease_s":900,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":1e999,"lease_s":900,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":NaN,"lease_s":900,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":"4200","lease_s":900,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":4200,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":4200,"lease_s":86401,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":4200,"lease_s":0,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":4200,"lease_s":900}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":4200,"w":99000,"lease_s":900,"reason":"x"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":4200,"lease_s":900,"reason":"x","part":"bat1"}""")]
    [InlineData(CommandVerb.LimitImport, """{"w":4200,"lease_s":900,"reason":"x"} {}""")]
    [InlineData(CommandVerb.Set, """{"part":"bat1","value":["idle"],"lease_s":60,"reason":"x"}""")]
    [InlineData(CommandVerb.Set, "{\"part\":\"bat\\u0000\",\"value\":\"idle\",\"lease_s\":60,\"reason\":\"x\"}")]
    [InlineData(CommandVerb.Ping, """{"x":1}""")]
    [InlineData(CommandVerb.Ping, "")]
    [InlineData(CommandVerb.Ping, "[]")]
    [InlineData(CommandVerb.Ping, "{")]
    public void A_body_that_is_not_what_its_verb_wants_is_refused(CommandVerb verb, string body) =>
        Assert.Equal(CommandRefusal.WrongBody, senders.Check(senders.Envelope(verb, body).Sign(senders.Ada)));

    [Fact]
    public void Depth_length_and_wrong_letters_are_refused()
    {
        Assert.Equal(CommandRefusal.WrongBody, senders.Check(senders.Envelope(CommandVerb.Ping, "{\"a\":" + new string('[', 1_000) + new string(']', 1_000) + "}").Sign(senders.Ada)));
        Assert.Equal(CommandRefusal.WrongBody, senders.Check((senders.Envelope(CommandVerb.Stop, "") with { Body = [.. "{\"reason\":\""u8, 0xFF, 0xFE, .. "\"}"u8] }).Sign(senders.Ada)));
        Assert.Equal(CommandRefusal.TooLong, senders.Check(new byte[64 * 1024]));
        Assert.Equal(CommandRefusal.NoEnvelope, senders.Check([]));
        Assert.Equal(CommandRefusal.NoEnvelope, senders.Check(Encoding.ASCII.GetBytes("SEC1")));
        Assert.Throws<ArgumentException>(() => (senders.Envelope(CommandVerb.Ping, "") with { Body = new byte[CommandEnvelope.MostBody + 1] }).Sign(senders.Ada));
    }

    [Fact]
    public void A_hundred_thousand_damaged_envelopes_are_refused_each_in_little_time_and_memory()
    {
        const int count = 100_000;
        var (dice, sound) = (new Random(11), senders.Limit());
        var (before, started) = (GC.GetAllocatedBytesForCurrentThread(), TimeProvider.System.GetTimestamp());
        for (var i = 0; i < count; i++)
            Assert.NotEqual(CommandRefusal.None, senders.Check(Damaged(sound, dice), uptimeMs: i * 20L));
        var (bytes, took) = ((GC.GetAllocatedBytesForCurrentThread() - before) / count, TimeProvider.System.GetElapsedTime(started) / count);
        Assert.True(bytes < 32 * 1024, $"{bytes} bytes for each");
        Assert.True(took < TimeSpan.FromMilliseconds(10), $"{took.TotalMilliseconds} ms for each");
        Assert.Equal(CommandRefusal.None, senders.Check(sound, uptimeMs: 10_000_000)); // it was good all the time
    }

    [Fact]
    public void A_flood_of_good_commands_is_bounded()
    {
        var taken = Enumerable.Range(0, 1_000).Count(i => senders.Check(senders.Limit(), uptimeMs: i * 10L) == CommandRefusal.None);
        Assert.InRange(taken, 1, CommandGate.MostPerMinute + 6);
    }

    [Fact]
    public void A_list_of_keys_is_believed_from_its_root_alone()
    {
        Assert.Throws<InvalidDataException>(() => OperatorKeys.Read(senders.List, senders.Stranger));
        for (var i = 0; i < senders.List.Length; i++)
        {
            var damaged = senders.List.ToArray();
            damaged[i] ^= 0x40;
            Assert.Throws<InvalidDataException>(() => OperatorKeys.Read(damaged, senders.Root));
        }
        var twice = OperatorKeys.Sign(1, [Senders.Of("a", CommandRole.Viewer, senders.Ada), Senders.Of("b", CommandRole.Admin, senders.Ada)], senders.Root);
        Assert.Throws<InvalidDataException>(() => OperatorKeys.Read(twice, senders.Root));
    }

    [Fact]
    public void A_result_is_believed_from_the_box_alone()
    {
        var answer = new CommandResult("00ff", 7, "ok", "import at most 4200 W", Senders.Now).Sign(senders.Bob);
        Assert.Equal(new CommandResult("00ff", 7, "ok", "import at most 4200 W", Senders.Now), CommandResult.Verified(answer, senders.Bob));
        Assert.Null(CommandResult.Verified(answer, senders.Ada));
        Assert.Null(CommandResult.Verified(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(answer).Replace("4200", "9200", StringComparison.Ordinal)), senders.Bob));
        Assert.Null(CommandResult.Verified(CommandResult.Refused, senders.Bob));
    }

    private static byte[] Damaged(byte[] sound, Random dice)
    {
        var bytes = sound.ToArray();
        switch (dice.Next(4))
        {
            case 0:
                bytes = bytes[..dice.Next(bytes.Length)];
                break;
            case 1:
                bytes = [.. bytes, .. new byte[dice.Next(1, 200)]];
                break;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(dice.Next(2) == 0 ? 69 : 71), (ushort)dice.Next(65_536));
                bytes[dice.Next(45, 61)] ^= (byte)(1 << dice.Next(8)); // so that nothing sound is left by chance
                break;
            default:
                for (var flips = dice.Next(1, 5); flips > 0; flips--)
                    bytes[dice.Next(bytes.Length)] ^= (byte)(1 << dice.Next(8));
                break;
        }
        return bytes.AsSpan().SequenceEqual(sound) ? bytes[1..] : bytes;
    }

    public void Dispose() => senders.Dispose();
}
