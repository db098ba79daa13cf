using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>Words and who signed them, as JSON: {"v":1,"said":"…","key":"…","signature":"…"}. What is said is a text, so that both sides sign the same bytes.</summary>
public static class SignedWords
{
    private const int MostBytes = 16_384;
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 2 };

    /// <param name="key">Whose words they are.</param>
    /// <param name="words">What stands in front of what is signed, so that a signature means nothing elsewhere.</param>
    /// <param name="said">UTF-8.</param>
    public static byte[] Sign(ECDsa key, ReadOnlySpan<byte> words, byte[] said)
    {
        var signature = CommandSignature.Sign(key, words, said);
        return Object(json =>
        {
            json.WriteNumber("v", 1);
            json.WriteString("said", said);
            json.WriteString("key", CommandSignature.IdOf(key).ToString("x16"));
            json.WriteString("signature", Convert.ToBase64String(signature));
        });
    }

    /// <summary>What is said, under whose key, and the signature, which nobody has looked at yet; null where it is not of this form.</summary>
    public static (byte[] Said, ulong Key, byte[] Signature)? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var fields = Fields(json);
            return fields.TryGetValue("said", out var said) && fields.TryGetValue("key", out var key) && fields.TryGetValue("signature", out var signature)
                ? (Encoding.UTF8.GetBytes(said), Convert.ToUInt64(key, 16), Convert.FromBase64String(signature))
                : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>A flat object.</summary>
    internal static byte[] Object(Action<Utf8JsonWriter> fields)
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

    /// <summary>The fields of a flat object as text; <see cref="JsonException"/> where it is none, or too long.</summary>
    internal static Dictionary<string, string> Fields(ReadOnlySpan<byte> json)
    {
        if (json.Length > MostBytes)
            throw new JsonException("too long");
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
}
