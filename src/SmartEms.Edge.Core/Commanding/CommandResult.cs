using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>What a box answers to a command: the words it signed, its key's name, and the signature over "SmartEms result 1\0" and the words.</summary>
/// <param name="Code">"ok", or why the order book refused.</param>
public sealed record CommandResult(string Id, ulong Counter, string Code, string Text, Instant At)
{
    /// <summary>The same to everybody whose command is not heard, whatever the ground.</summary>
    public static byte[] Refused { get; } = Encoding.UTF8.GetBytes("""{"v":1,"result":"refused"}""");

    private static ReadOnlySpan<byte> Words => "SmartEms result 1\0"u8;

    public byte[] Sign(ECDsa device) => SignedWords.Sign(device, Words, SignedWords.Object(json =>
    {
        json.WriteString("id", Id);
        json.WriteNumber("counter", Counter);
        json.WriteString("code", Code);
        json.WriteString("text", Text);
        json.WriteNumber("at", At.UnixMilliseconds);
    }));

    /// <summary>The result, when this key signed it; null otherwise.</summary>
    public static CommandResult? Verified(ReadOnlySpan<byte> answer, ECDsa device)
    {
        if (SignedWords.Read(answer) is not { } signed || !CommandSignature.IsSignedBy(device, Words, signed.Said, signed.Signature))
            return null;
        try
        {
            var of = SignedWords.Fields(signed.Said);
            return new(of["id"], ulong.Parse(of["counter"]), of["code"], of["text"], new(long.Parse(of["at"])));
        }
        catch (Exception failure) when (failure is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
