using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>What a box answers to a command: the words it signed, its key's name, and the signature over "SmartEms result 1\0" and the words.</summary>
/// <param name="Code">"ok", or why the order book refused.</param>
public sealed record CommandResult(string Id, ulong Counter, string Code, string Text, Instant At)
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 2 };

    /// <summary>The same to everybody whose command is not heard, whatever the ground.</summary>
    public static byte[] Refused { get; } = Encoding.UTF8.GetBytes("""{"v":1,"result":"refused"}""");

    private static ReadOnlySpan<byte> Words => "SmartEms result 1\0"u8;

    public byte[] Sign(ECDsa device)
    {
        var said = Made(json =>
        {
            json.WriteString("id", Id);
            json.WriteNumber("counter", Counter);
            json.WriteString("code", Code);
            json.WriteString("text", Text);
            json.WriteNumber("at", At.UnixMilliseconds);
        });
        return Made(json =>
        {
            json.WriteNumber("v", 1);
            json.WriteString("said", said);
            json.WriteString("key", CommandSignature.IdOf(device).ToString("x16"));
            json.WriteString("signature", Convert.ToBase64String(CommandSignature.Sign(device, Words, said)));
        });
    }

    /// <summary>The result, when this key signed it; null otherwise.</summary>
    public static CommandResult? Verified(ReadOnlySpan<byte> answer, ECDsa device)
    {
        try
        {
            var fields = Fields(answer);
            var said = Encoding.UTF8.GetBytes(fields.GetValueOrDefault("said", ""));
            if (!CommandSignature.IsSignedBy(device, Words, said, Convert.FromBase64String(fields.GetValueOrDefault("signature", ""))))
                return null;
            var of = Fields(said);
            return new(of["id"], ulong.Parse(of["counter"]), of["code"], of["text"], new(long.Parse(of["at"])));
        }
        catch (Exception failure) when (failure is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> Fields(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Strict);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var name = reader.GetString()!;
            reader.Read();
            fields[name] = reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
        }
        return fields;
    }

    private static byte[] Made(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
