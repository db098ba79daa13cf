using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Bench;

/// <summary>The cloud link against a mosquitto of its own on the loopback: acknowledged messages a second, bytes of a summary, and how a fleet comes back.</summary>
internal static class UplinkBench
{
    private const int Boxes = 10_000;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(8);

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        await Task.Yield();
        if (arguments.Length > 0)
            throw new BenchException("uplink takes no options");
        using (var broker = new BenchBroker())
            yield return new Figure("uplink_acknowledged", Acknowledged(broker.Address), "messages/s", double.PositiveInfinity, AtLeast: 50_000);
        yield return new Figure("uplink_summary_bytes", SummaryBytes(), "B", AtMost: 300);
        yield return new Figure("uplink_storm_share_per_second", StormShare(), "%", AtMost: 1);
    }

    /// <summary>At least once, a hundred bytes each, a window as a broker of a data centre allows it; only what was confirmed counts.</summary>
    private static double Acknowledged(BrokerAddress broker)
    {
        using var uplink = new MqttUplink(new("bench", [broker]) { Window = 2_000, SessionExpiry = TimeSpan.Zero, ReconnectSpread = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, () => 0.5);
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

    private static Site Site() => SiteSource.Parse(DemoSite.SiteText, DemoSite.SiteFileName, new(null)).Value!.Site;

    /// <summary>Fixed header, topic, packet number, property length, payload, and the confirmation of 4 bytes; without TLS, TCP and IP.</summary>
    private static double SummaryBytes()
    {
        var summary = new SlotSummary(new(2_000_000), new(1234.5, 1234.5, 1801.2, 512.3, 433.3, 2000.1) { Cost = 0.1234, Seconds = 900 }, 55.2);
        var entry = new LedgerEntry(1_234_567, new Slot(2_000_000).End, LedgerKind.Summary, summary.ToBytes());
        var payload = LedgerText.Of(new(1_234_500, 1_234_567, LedgerKind.Summary, [entry]), Site());
        return 3 + 2 + new UplinkTopics("acme", "demo-house", "box-1").Summary.Length + 2 + 1 + payload.Length + 4;
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
