using System.Globalization;

namespace SmartEms.Edge.Bench;

/// <summary>Counts the packets of MQTT in both directions of a road without encryption, by their kind.</summary>
internal sealed class PacketTally
{
    /// <summary>Around each packet with TLS 1.3: the record's head, the type of its content and the tag (RFC 8446, 5.2). libmosquitto and mosquitto write one record for each.</summary>
    private const int Record = 5 + 1 + 16;

    private static readonly string[] Kinds =
        ["", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"];

    private readonly Lock counting = new();
    private readonly SortedDictionary<(bool ToBroker, int Kind), (long Count, long Bytes)> packets = [];

    /// <summary>A line for each kind of packet: how many, how large on average, and what they come to with TLS.</summary>
    public IEnumerable<string> Lines(long quarters)
    {
        KeyValuePair<(bool ToBroker, int Kind), (long Count, long Bytes)>[] counted;
        lock (counting)
            counted = [.. packets];
        foreach (var ((toBroker, kind), (count, bytes)) in counted)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{(toBroker ? "box" : "broker"),-6} {Kinds[kind],-11} {(double)count / quarters,6:0.00} a quarter-hour of {(double)bytes / count,6:0.0} B + {Record} B = {(double)(bytes + (count * Record)) / quarters,6:0.0} B");
        var all = counted.Sum(one => one.Value.Bytes + (one.Value.Count * Record));
        yield return string.Create(CultureInfo.InvariantCulture, $"all {(double)all / quarters:0.0} B a quarter-hour, {all / 1e3:0.00} kB a day");
    }

    public void Clear()
    {
        lock (counting)
            packets.Clear();
    }

    /// <summary>Reads one direction of one connection.</summary>
    public Action<ReadOnlySpan<byte>> Reader(bool toBroker)
    {
        var (kind, length, shift, left, size) = (-1, 0, 0, 0, 0);
        return bytes =>
        {
            foreach (var one in bytes)
            {
                size++;
                if (kind < 0)
                    (kind, length, shift, left) = (one >> 4, 0, 0, -1);
                else if (left < 0)
                {
                    length |= (one & 0x7F) << shift;
                    shift += 7;
                    left = one < 0x80 ? length : -1;
                }
                else
                {
                    left--;
                }
                if (left != 0)
                    continue;
                Count((toBroker, kind), size);
                (kind, left, size) = (-1, 0, 0);
            }
        };
    }

    private void Count((bool, int) which, int size)
    {
        lock (counting)
        {
            var (count, bytes) = packets.GetValueOrDefault(which);
            packets[which] = (count + 1, bytes + size);
        }
    }
}
