using System.Text.Json;

namespace SmartEms.Edge.Core.Syncing;

/// <summary>The receiver has everything up to a number, and perhaps misses stretches behind it.</summary>
/// <param name="Epoch">Counts the lives of the receiver's memory.</param>
public sealed record UplinkAck(long Through, long Epoch, IReadOnlyList<(long From, long To)> Missing);

/// <summary>Asks for what was stored: ledger numbers, or slots.</summary>
public sealed record UplinkPull(long From, long To, bool IsBySlot);

/// <summary>Reads what the receiver says, strictly: bounded in size and depth, nothing unknown; null where it is not that. What comes here changes nothing at the
/// site: it only says what is sent again.</summary>
public static class UplinkRequests
{
    private const int MostBytes = 4_096;
    private const int MostHoles = 64;
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 4 };

    public static UplinkAck? Ack(ReadOnlySpan<byte> json)
    {
        var (through, epoch, holes) = ((long?)null, 0L, new List<(long, long)>());
        var isRead = Each(json, (ref Utf8JsonReader reader, string name) => name switch
        {
            "v" => Whole(ref reader) == LedgerText.Version,
            "through" => (through = Whole(ref reader)) is not null,
            "epoch" => Whole(ref reader) is { } number && (epoch = number) >= 0,
            "missing" => Holes(ref reader, holes),
            _ => false,
        });
        return isRead && through is >= 0 and { } known ? new(known, epoch, holes) : null;
    }

    public static UplinkPull? Pull(ReadOnlySpan<byte> json)
    {
        var (from, to, isBySlot) = ((long?)null, (long?)null, (bool?)null);
        var isRead = Each(json, (ref Utf8JsonReader reader, string name) =>
        {
            var value = Whole(ref reader);
            switch (name)
            {
                case "v":
                    return value == LedgerText.Version;
                case "from_seq" or "from_slot" when from is null && (isBySlot ?? name == "from_slot") == (name == "from_slot"):
                    (from, isBySlot) = (value, name == "from_slot");
                    return true;
                case "to_seq" or "to_slot" when to is null && (isBySlot ?? name == "to_slot") == (name == "to_slot"):
                    (to, isBySlot) = (value, name == "to_slot");
                    return true;
                default:
                    return false;
            }
        });
        return isRead && from is >= 0 and { } first && to is { } last && last >= first ? new(first, last, isBySlot == true) : null;
    }

    private delegate bool Field(ref Utf8JsonReader reader, string name);

    /// <summary>Every field of one flat object; false where it is none, or a field is refused.</summary>
    private static bool Each(ReadOnlySpan<byte> json, Field field)
    {
        if (json.Length > MostBytes)
            return false;
        try
        {
            var reader = new Utf8JsonReader(json, Strict);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!reader.Read() || !field(ref reader, name))
                    return false;
            }
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return false; // no JSON, or no UTF-8
        }
    }

    private static long? Whole(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value : null;

    private static bool Holes(ref Utf8JsonReader reader, List<(long, long)> into)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            if (into.Count >= MostHoles || !reader.Read() || Whole(ref reader) is not { } from || !reader.Read() || Whole(ref reader) is not { } to || !reader.Read()
                || reader.TokenType != JsonTokenType.EndArray)
                return false;
            into.Add((from, to));
        }
        return reader.TokenType == JsonTokenType.EndArray;
    }
}
