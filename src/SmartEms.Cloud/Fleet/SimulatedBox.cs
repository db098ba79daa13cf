using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Cloud.Fleet;

/// <summary>One box of a simulated fleet: a summary each period, kept until the receiver has it, sent again after each new session.</summary>
internal sealed class SimulatedBox : IDisposable
{
    private readonly UplinkTopics topics;
    private readonly MqttUplink uplink;
    private readonly TimeProvider time;
    private readonly TimeSpan period;
    private long nextAt;
    private long sent;
    private long epoch;
    private bool hasSession;

    /// <param name="phase">From 0 to 1: where in the period it speaks.</param>
    public SimulatedBox(int number, BrokerAddress broker, TimeProvider time, (TimeSpan Period, double Phase, TimeSpan Spread) rhythm)
    {
        (this.time, period, topics) = (time, rhythm.Period, new("fleet", $"site-{number}", "box"));
        nextAt = time.GetTimestamp() + (long)(rhythm.Period.TotalSeconds * rhythm.Phase * time.TimestampFrequency);
        var settings = new UplinkSettings(topics.ClientId, [broker])
        {
            Filters = [topics.Acknowledge],
            Will = new UplinkMessage(topics.State, NowText.Offline) { Retain = true },
            ReconnectSpread = rhythm.Spread,
            Rest = TimeSpan.Zero,
            SessionExpiry = TimeSpan.FromHours(1),
        };
        uplink = new(settings, time, Random.Shared.NextDouble);
    }

    /// <summary>Entries made so far, and how far the receiver has them all.</summary>
    public long Made { get; private set; }
    public long Acknowledged { get; private set; }
    public long Sessions => uplink.Look.Sessions;
    public long Attempts => uplink.Look.Attempts;
    public long SentMessages => uplink.Look.SentMessages;
    public long SentBytes => uplink.Look.SentBytes;
    public bool IsConnected => hasSession;

    /// <summary>Makes no more entries, and only brings what is made to its end.</summary>
    public bool IsEnding { get; set; }

    public void Turn()
    {
        foreach (var one in uplink.Turn(TimeSpan.Zero))
        {
            if (one.Kind is UplinkEventKind.Connected or UplinkEventKind.Lost)
                (hasSession, sent) = (one.Kind == UplinkEventKind.Connected, Acknowledged);
            else if (one.Kind == UplinkEventKind.Received && UplinkRequests.Ack(SignedWords.Read(one.Payload)?.Said ?? one.Payload) is { } ack && ack.Epoch >= epoch)
            {
                (epoch, Acknowledged) = (ack.Epoch, Math.Min(ack.Through, Made));
                if (ack.Missing.Count > 0)
                    sent = Acknowledged; // a broker that died had confirmed what it did not keep
            }
        }
        if (!IsEnding && time.GetTimestamp() >= nextAt)
        {
            nextAt += (long)(period.TotalSeconds * time.TimestampFrequency);
            Made++;
        }
        while (hasSession && sent < Made && uplink.Room > 0 && uplink.Publish(new(topics.Summary, Entry(sent + 1))) is not null)
            sent++;
    }

    private static byte[] Entry(long number) => System.Text.Encoding.UTF8.GetBytes(
        $$"""{"v":1,"from":{{number}},"to":{{number}},"ack":true,"items":[{"seq":{{number}},"slot":{{2_000_000 + number}},"import_wh":1234.5,"export_wh":0,"pv_wh":801.2,"charge_wh":12,"discharge_wh":433.3,"ev_wh":2000,"load_wh":457,"cost":0.1234,"soc_pct":55.2}]}""");

    public void Dispose() => uplink.Dispose();
}
