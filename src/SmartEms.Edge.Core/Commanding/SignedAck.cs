using System.Security.Cryptography;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>What a receiver says it has, signed by its key for one box: whoever else can publish on the broker then moves no outbox. Nothing counts against a replay: an
/// older word moves nothing, because a cursor never goes back.</summary>
public static class SignedAck
{
    private static ReadOnlySpan<byte> Words => "SmartEms ack 1\0"u8;

    /// <param name="key">The receiver's.</param>
    /// <param name="device">The box it is for: <see cref="CommandEnvelope.DeviceOf"/>.</param>
    /// <param name="ack">The acknowledgement as JSON.</param>
    public static byte[] Sign(ECDsa key, ReadOnlySpan<byte> device, byte[] ack) => SignedWords.Sign(key, [.. Words, .. device], ack);

    /// <summary>The acknowledgement in a message, or null where it must not be heard: once the list names a receiver, only what a receiver signed for this box is. Before
    /// that whatever comes is taken, signed or not, for there is nobody to hold it against.</summary>
    public static byte[]? Heard(byte[] message, ReadOnlySpan<byte> device, OperatorKeys keys)
    {
        var signed = SignedWords.Read(message);
        if (!keys.HasReceiver)
            return signed?.Said ?? message;
        return signed is { } one && keys.Find(one.Key) is { Key.Role: CommandRole.Receiver } known && CommandSignature.IsSignedBy(known.Public, [.. Words, .. device], one.Said, one.Signature)
            ? one.Said
            : null;
    }
}
