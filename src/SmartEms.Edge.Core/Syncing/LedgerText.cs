using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Syncing;

/// <summary>Ledger entries as the JSON that is sent: one object with the numbers it covers and a list of items, each with its own number. docs/mqtt.md describes
/// every form; docs/schemas checks it.</summary>
public static class LedgerText
{
    /// <summary>Version of the forms; a receiver refuses what it does not know.</summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A summary says nothing of it when all of its quarter-hour was watched.</summary>
    private const double WholeSeconds = Slot.Milliseconds / 1_000.0;

    /// <summary>The kind under which a kind is sent: summaries and decisions together, because both come with a quarter-hour; alerts on a topic of their own, the rest as
    /// events; null = it stays on the box.</summary>
    public static LedgerKind? TopicOf(LedgerKind kind) => kind switch
    {
        LedgerKind.Summary or LedgerKind.Cycle => LedgerKind.Summary,
        LedgerKind.Alert => kind,
        LedgerKind.Configuration or LedgerKind.Note or LedgerKind.Override or LedgerKind.ClockStep or LedgerKind.Gap or LedgerKind.Constraint or LedgerKind.HandWrite
            or LedgerKind.Command => LedgerKind.Note,
        _ => null,
    };

    /// <param name="wantsAck">The receiver is asked to say how far it has everything.</param>
    public static byte[] Of(OutboxBatch batch, Site site, bool wantsAck)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteNumber("from", batch.From);
            json.WriteNumber("to", batch.To);
            if (wantsAck)
                json.WriteBoolean("ack", true);
            json.WriteStartArray("items");
            foreach (var entry in batch.Entries)
                Item(json, entry, site);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A piece of an answer to whoever asked for stored entries; the last piece says so.</summary>
    public static byte[] Answer(IReadOnlyList<LedgerEntry> entries, bool isLast, Site site)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteBoolean("done", isLast);
            json.WriteStartArray("items");
            foreach (var entry in entries)
                Item(json, entry, site);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Item(Utf8JsonWriter json, LedgerEntry entry, Site site)
    {
        json.WriteStartObject();
        json.WriteNumber("seq", entry.Sequence);
        try
        {
            Body(json, entry, site);
        }
        catch (InvalidDataException damage)
        {
            json.WriteString("damaged", damage.Message); // it is told, and does not stop what is behind it
        }
        json.WriteEndObject();
    }

    private static void Body(Utf8JsonWriter json, LedgerEntry entry, Site site)
    {
        switch (entry.Kind)
        {
            case LedgerKind.Summary:
                Summary(json, SlotSummary.FromBytes(entry.Body));
                return;
            case LedgerKind.Alert:
                Alert(json, entry, (AlertChange.FromBytes(entry.Body), site));
                return;
            case LedgerKind.Cycle:
                Decision(json, CycleRecord.FromBytes(entry.Body).Decision);
                return;
            default:
                json.WriteNumber("at", entry.At.UnixMilliseconds);
                EventText.Write(json, entry);
                return;
        }
    }

    private static void Summary(Utf8JsonWriter json, SlotSummary summary)
    {
        var counted = summary.Counted;
        json.WriteNumber("slot", summary.Slot.Index);
        Number(json, "import_wh", counted.ImportWh, 1);
        Number(json, "export_wh", counted.ExportWh, 1);
        Number(json, "pv_wh", counted.PvWh, 1);
        Number(json, "charge_wh", counted.ChargedWh, 1);
        Number(json, "discharge_wh", counted.DischargedWh, 1);
        Number(json, "ev_wh", counted.EvWh, 1);
        Number(json, "load_wh", summary.LoadWh, 1);
        Number(json, "cost", counted.Cost, 4);
        Number(json, "soc_pct", summary.SocPct, 1);
        if (Math.Round(counted.Seconds) != WholeSeconds)
            Number(json, "watched_s", counted.Seconds, 0);
        if (counted.BlindSeconds > 0)
            Number(json, "blind_s", counted.BlindSeconds, 0);
    }

    private static void Alert(Utf8JsonWriter json, LedgerEntry entry, (AlertChange Change, Site Site) of)
    {
        var alert = of.Change.Alert;
        json.WriteNumber("at", entry.At.UnixMilliseconds);
        json.WriteString("id", Catalogue.Id(alert.Code));
        json.WriteBoolean("open", of.Change.IsOpened);
        json.WriteString("urgency", Catalogue.Entry(alert.Code).Urgency.ToString().ToLowerInvariant());
        json.WriteString("subject", NameOf(new(alert.Code, alert.Subject, alert.Index, alert.Value), of.Site));
        json.WriteNumber("since", alert.Since.UnixMilliseconds);
        Number(json, "value", alert.Value, 2);
    }

    private static void Decision(Utf8JsonWriter json, Decision decision)
    {
        json.WriteNumber("slot", decision.Slot.Index);
        json.WriteString("led_by", decision.LedBy);
        json.WriteStartArray("batteries");
        foreach (var battery in decision.Batteries)
        {
            json.WriteStartArray();
            json.WriteStringValue(battery.Mode.ToString());
            json.WriteNumberValue(Math.Round(battery.ExpectedDischarge.Watts));
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("chargers");
        foreach (var charger in decision.EvChargers)
        {
            json.WriteStartArray();
            json.WriteStringValue(charger.Mode.ToString());
            json.WriteNumberValue(Math.Round(charger.ExpectedCharge.Watts));
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("reasons");
        foreach (var reason in decision.Reasons)
            json.WriteNumberValue((int)reason.Code);
        json.WriteEndArray();
    }

    /// <summary>A site file that changed meanwhile may no longer have the part.</summary>
    private static string NameOf(Finding finding, Site site)
    {
        var count = finding.Subject switch
        {
            Subject.Device => site.Devices.Length,
            Subject.Battery => site.Batteries.Length,
            Subject.PvPlant => site.PvPlants.Length,
            Subject.EvCharger => site.EvChargers.Length,
            Subject.Contact => site.Contacts.Length,
            Subject.Relay => site.Relays.Length,
            Subject.Sensor => site.Sensors.Length,
            _ => 0,
        };
        return finding.Subject == Subject.Site ? site.Id : finding.Index < count ? Catalogue.NameOf(finding, site) : $"{finding.Subject.ToString().ToLowerInvariant()} {finding.Index}";
    }

    /// <summary>A number with so many decimals; null where there is none: unknown is not zero.</summary>
    internal static void Number(Utf8JsonWriter json, string name, double value, int digits)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, Math.Round(value, digits) + 0.0);
        else
            json.WriteNull(name);
    }
}
