using System.Text.Json;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Adapters.Mqtt;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>A receiver that keeps each entry once, and says how far it has everything.</summary>
internal sealed class Far
{
    private readonly SortedDictionary<long, long> covered = [];

    /// <summary>Items by number, with when each first came.</summary>
    public Dictionary<long, (JsonElement Item, string Topic, long AtMs)> Items { get; } = [];

    /// <summary>Numbers in the order they first came.</summary>
    public List<long> Order { get; } = [];
    public int Duplicates { get; private set; }
    public long Messages { get; private set; }
    public long Bytes { get; private set; }
    public long Epoch { get; set; } = 1;

    /// <summary>Everything up to here is there.</summary>
    public long Through
    {
        get
        {
            var through = 0L;
            foreach (var (from, to) in covered)
            {
                if (from > through + 1)
                    break;
                through = Math.Max(through, to);
            }
            return through;
        }
    }

    public string Ack => $$"""{"v":1,"through":{{Through}},"epoch":{{Epoch}}}""";

    public void Take(UplinkMessage message, long nowMs)
    {
        Messages++;
        Bytes += message.Payload.Length + message.Topic.Length + 8;
        using var json = JsonDocument.Parse(Postage.Opened(message.Payload, message.ContentType ?? "", 1 << 20));
        if (!json.RootElement.TryGetProperty("from", out var first))
            return;
        var (from, to) = (first.GetInt64(), json.RootElement.GetProperty("to").GetInt64());
        covered[from] = Math.Max(to, covered.GetValueOrDefault(from));
        foreach (var item in json.RootElement.GetProperty("items").EnumerateArray())
        {
            var number = item.GetProperty("seq").GetInt64();
            if (Items.TryAdd(number, (item.Clone(), message.Topic[(message.Topic.LastIndexOf('/') + 1)..], nowMs)))
                Order.Add(number);
            else
                Duplicates++;
        }
    }

    /// <summary>Forgets everything, as a receiver whose database was lost.</summary>
    public void Forget()
    {
        covered.Clear();
        Items.Clear();
        Order.Clear();
        Epoch++;
    }
}
