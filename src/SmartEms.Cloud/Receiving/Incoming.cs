using System.Text.Json;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Cloud.Receiving;

/// <summary>Which box speaks: the levels of its topic.</summary>
internal readonly record struct BoxName(string Tenant, string Site, string Box)
{
    public override string ToString() => $"{Tenant}/{Site}/{Box}";
}

/// <summary>One item of a message, with its number in the box's ledger.</summary>
internal sealed record IncomingItem(long Sequence, string Kind, string Json)
{
    /// <summary>Of a summary.</summary>
    public long? Slot { get; init; }
}

/// <summary>A message of a box, understood: the numbers it covers and its items; or its state.</summary>
internal sealed record Incoming(BoxName Box, string Topic)
{
    private const int MostBytes = 1 << 20;
    private const int MostItems = 1_024;

    public long From { get; init; }
    public long To { get; init; }
    public IReadOnlyList<IncomingItem> Items { get; init; } = [];

    /// <summary>The box asks how far it has been heard.</summary>
    public bool WantsAck { get; init; }

    /// <summary>Of a state message, as it came.</summary>
    public string? State { get; init; }

    /// <summary>Null where it is no message of a box, or not of the form this program knows.</summary>
    public static Incoming? Read(UplinkEvent message)
    {
        var levels = message.Topic.Split('/');
        if (levels.Length != 6 || $"{levels[0]}/{levels[1]}" != UplinkTopics.Root)
            return null;
        var incoming = new Incoming(new(levels[2], levels[3], levels[4]), levels[5]);
        try
        {
            using var json = JsonDocument.Parse(Postage.Opened(message.Payload, message.ContentType, MostBytes), new() { MaxDepth = 8 });
            if (json.RootElement.GetProperty("v").GetInt32() != LedgerText.Version)
                return null;
            return incoming.Topic == "state" ? incoming with { State = json.RootElement.GetRawText() } : incoming.With(json.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    private Incoming? With(JsonElement root)
    {
        var (from, to) = (root.GetProperty("from").GetInt64(), root.GetProperty("to").GetInt64());
        if (from < 1 || to < from || root.GetProperty("items").GetArrayLength() > MostItems)
            return null;
        var items = new List<IncomingItem>();
        foreach (var item in root.GetProperty("items").EnumerateArray())
        {
            var sequence = item.GetProperty("seq").GetInt64();
            if (sequence < from || sequence > to)
                return null;
            items.Add(Item(sequence, item));
        }
        return this with { From = from, To = to, Items = items, WantsAck = root.TryGetProperty("ack", out var ack) && ack.GetBoolean() };
    }

    /// <summary>With a summary comes the decision for the next quarter-hour, known by what it has; a damaged item has neither.</summary>
    private IncomingItem Item(long sequence, JsonElement item)
    {
        var kind = Topic is not ("summary" or "decision") ? Topic : item.TryGetProperty("led_by", out _) ? "decision" : item.TryGetProperty("import_wh", out _) ? "summary" : Topic;
        return new(sequence, kind, item.GetRawText()) { Slot = kind == "summary" && item.TryGetProperty("slot", out var slot) ? slot.GetInt64() : null };
    }
}
