using System.IO.Compression;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>Makes messages of JSON: what is larger than 1 kB is pressed, and its content type says so.</summary>
public static class Postage
{
    /// <summary>JSON as zlib stream (RFC 1950).</summary>
    public const string Pressed = "application/json+zlib";

    public const int PressedAbove = 1_024;

    public static UplinkMessage Of(string topic, byte[] json, int quality = 1)
    {
        if (json.Length <= PressedAbove)
            return new(topic, json, quality);
        using var pressed = new MemoryStream();
        using (var press = new ZLibStream(pressed, CompressionLevel.Optimal, leaveOpen: true))
            press.Write(json);
        return pressed.Length < json.Length ? new(topic, pressed.ToArray(), quality) { ContentType = Pressed } : new(topic, json, quality);
    }

    /// <summary>The JSON of a message; at most so many bytes, else <see cref="InvalidDataException"/>.</summary>
    public static byte[] Opened(ReadOnlyMemory<byte> payload, string contentType, int most)
    {
        if (contentType != Pressed)
            return payload.Length <= most ? payload.ToArray() : throw new InvalidDataException("too long");
        using var opened = new MemoryStream();
        using var press = new ZLibStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
        var buffer = new byte[8_192];
        while (press.Read(buffer) is > 0 and var count)
        {
            opened.Write(buffer, 0, count);
            if (opened.Length > most)
                throw new InvalidDataException("too long");
        }
        return opened.ToArray();
    }
}
