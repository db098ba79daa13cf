using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Syncing;

/// <summary>What a box says of itself when a session begins, and when it changes.</summary>
/// <param name="Urgency">none, notice, warning or alarm: the worst finding that stands.</param>
public sealed record BoxState(Instant At, string Program, string SiteName, string Urgency, int Findings)
{
    public long Head { get; init; }
    public long Acknowledged { get; init; }
}

/// <summary>The messages that are not of the ledger: whether the box is there, and the values of now.</summary>
public static class NowText
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the broker says for a box that is gone.</summary>
    public static byte[] Offline { get; } = Made(json => json.WriteBoolean("online", false));

    public static byte[] State(BoxState state) => Made(json =>
    {
        json.WriteBoolean("online", true);
        json.WriteNumber("at", state.At.UnixMilliseconds);
        json.WriteString("program", state.Program);
        json.WriteString("name", state.SiteName);
        json.WriteString("urgency", state.Urgency);
        json.WriteNumber("findings", state.Findings);
        json.WriteNumber("head", state.Head);
        json.WriteNumber("acked", state.Acknowledged);
    });

    /// <summary>Powers in W, each positive in the direction its name says; null where it is not known.</summary>
    public static byte[] Telemetry(ProcessImage image, Site site) => Made(json =>
    {
        json.WriteNumber("at", image.TakenAt.UnixMilliseconds);
        Powers(json, image, site);
    });

    /// <summary>The powers and the state of charge of all parts together.</summary>
    internal static void Powers(Utf8JsonWriter json, ProcessImage image, Site site)
    {
        LedgerText.Number(json, "import_w", Watts(image.Grid.Import), 0);
        LedgerText.Number(json, "pv_w", Sum(image.PvPlants.Length, i => Watts(image.PvPlants[i].Production)), 0);
        LedgerText.Number(json, "discharge_w", Sum(image.Batteries.Length, i => Watts(image.Batteries[i].Discharge)), 0);
        LedgerText.Number(json, "ev_w", Sum(image.EvChargers.Length, i => Watts(image.EvChargers[i].Charge)), 0);
        LedgerText.Number(json, "soc_pct", SlotSummary.SocOf(image, site), 1);
    }

    private static double Watts(Reading<Power> reading) => reading.IsGood ? reading.Value.Watts : double.NaN;

    private static double Sum(int count, Func<int, double> at)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            sum += at(i);
        return sum;
    }

    private static byte[] Made(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteNumber("v", LedgerText.Version);
            fields(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
