using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Bench;

/// <summary>The cloud link against a mosquitto of its own on the loopback: acknowledged messages a second, bytes of a summary, and how a fleet comes back.</summary>
internal static class UplinkBench
{
    private const int Boxes = 10_000;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(8);

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        await Task.Yield();
        var tellsPackets = arguments is ["--packets"];
        if (arguments.Length > 0 && !tellsPackets)
            throw new BenchException("uplink takes no options but --packets");
        if (!tellsPackets)
            using (var broker = new BenchBroker())
                yield return new Figure("uplink.acknowledged", Acknowledged(broker.Address), "messages/s", double.PositiveInfinity, AtLeast: 50_000);
        foreach (var isEncrypted in (bool[])[true, false])
            foreach (var figure in Wire(isEncrypted, tellsPackets && !isEncrypted))
                yield return figure;
        yield return new Figure("uplink.storm_share_per_second", StormShare(), "%", AtMost: 1);
    }

    /// <summary>A day of the demo house at default settings, both ways, counted on the socket. A box speaks TLS: that figure leads, and the one without stands beside it.</summary>
    private static Figure[] Wire(bool isEncrypted, bool tellsPackets)
    {
        using var broker = new BenchBroker(isEncrypted);
        using var road = new WireDay(broker.Address);
        var day = road.Day() / 1e3;
        if (tellsPackets)
            foreach (var line in road.Packets)
                Console.WriteLine(line);
        var idle = road.Idle() / 1e3;
        using var alone = new WireDay(broker.Address);
        var summary = alone.Summary();
        var way = isEncrypted ? "tls" : "plain";
        return
        [
            new($"uplink.day_{way}", day, "kB", AtMost: 60),
            new($"uplink.summary_{way}", summary, "B with its confirmation", AtMost: 300),
            Figure.Told($"uplink.idle_day_{way}", idle, "kB when nobody says anything"),
        ];
    }

    /// <summary>At least once, a hundred bytes each; only what was confirmed counts. The library walks through all that is on its way with each message, so that a
    /// window beyond a few hundred is slower again.</summary>
    private static double Acknowledged(BrokerAddress broker)
    {
        using var uplink = new MqttUplink(new("bench", [broker]) { Window = 256, SessionExpiry = TimeSpan.Zero, ReconnectSpread = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, () => 0.5);
        while (uplink.Look.State != UplinkState.Syncing)
            uplink.Turn(TimeSpan.FromMilliseconds(10));
        var (message, confirmed, began) = (new UplinkMessage("bench/box/summary", new byte[100]), 0L, TimeProvider.System.GetTimestamp());
        while (TimeProvider.System.GetElapsedTime(began) < Span)
        {
            for (var room = uplink.Room; room > 0; room--)
                uplink.Publish(message);
            foreach (var one in uplink.Turn(TimeSpan.FromMilliseconds(5)))
                confirmed += one is { Kind: UplinkEventKind.Confirmed, Reason: < 128 } ? 1 : 0;
        }
        return confirmed / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>The largest share of a fleet that tries within one second after all lost their broker at one moment and it stays away for 10 minutes.</summary>
    private static double StormShare()
    {
        var (dice, perSecond) = (new Random(1), new int[3_600]);
        for (var box = 0; box < Boxes; box++)
        {
            var backoff = new Backoff(new CloudLink("", "", []).ReconnectSpread, dice.NextDouble);
            for (var at = backoff.Next().TotalSeconds; at < 600; at += backoff.Next().TotalSeconds)
                perSecond[(int)at]++;
        }
        return 100.0 * perSecond.Max() / Boxes;
    }
}
