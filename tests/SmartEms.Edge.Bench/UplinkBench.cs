using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Bench;

/// <summary>The cloud link against a mosquitto of its own on the loopback: acknowledged messages a second, bytes of a summary, and how a fleet comes back.</summary>
internal static class UplinkBench
{
    private const int Boxes = 10_000;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        await Task.Yield();
        if (arguments.Length > 0)
            throw new BenchException("uplink takes no options");
        using (var broker = new BenchBroker())
            yield return new Figure("uplink_acknowledged", Acknowledged(broker.Address), "messages/s", double.PositiveInfinity, AtLeast: 50_000);
        foreach (var isEncrypted in (bool[])[false, true])
            foreach (var figure in Wire(isEncrypted))
                yield return figure;
        yield return new Figure("uplink_storm_share_per_second", StormShare(), "%", AtMost: 1);
    }

    /// <summary>A day of the demo house at default settings, both ways, counted on the socket; the probes of a day in which nobody speaks come on top. The targets are for
    /// the bytes of MQTT; what TLS puts around each message is told.</summary>
    private static Figure[] Wire(bool isEncrypted)
    {
        using var broker = new BenchBroker(isEncrypted);
        using var day = new WireDay(broker.Address);
        var (bytes, summary) = day.Measure();
        var idle = WireDay.Idle(broker.Address, Idle) * (TimeSpan.FromDays(1) / Idle);
        var kilobytes = (bytes + idle) / 1000;
        return isEncrypted
            ? [Figure.Told("uplink_summary_bytes_tls", summary, "B"), Figure.Told("uplink_day_bytes_tls", kilobytes, "kB")]
            : [new("uplink_summary_bytes", summary, "B", AtMost: 300), new("uplink_day_bytes", kilobytes, "kB", AtMost: 60)];
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
