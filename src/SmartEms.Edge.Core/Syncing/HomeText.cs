using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Syncing;

/// <summary>What Home Assistant is told: one device with its entities, and their values (home-assistant.io/integrations/mqtt, device discovery).</summary>
public static class HomeText
{
    /// <summary>Values that were not told for so many periods are shown as unavailable.</summary>
    private const int PeriodsToExpiry = 6;
    private const int ShortestExpiryS = 60;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every entity there can be. One that this site does not have is announced without anything but its platform, which takes it away where it was.</summary>
    private static readonly ImmutableArray<Entity> Entities =
    [
        new("import_w", "Grid import power", Kind.Power, _ => true),
        new("pv_w", "PV production power", Kind.Power, site => !site.PvPlants.IsEmpty),
        new("discharge_w", "Battery discharge power", Kind.Power, site => !site.Batteries.IsEmpty),
        new("ev_w", "EV charge power", Kind.Power, site => !site.EvChargers.IsEmpty),
        new("import_kwh", "Grid import", Kind.Energy, _ => true),
        new("export_kwh", "Grid export", Kind.Energy, _ => true),
        new("pv_kwh", "PV production", Kind.Energy, site => !site.PvPlants.IsEmpty),
        new("charged_kwh", "Battery charge", Kind.Energy, site => !site.Batteries.IsEmpty),
        new("discharged_kwh", "Battery discharge", Kind.Energy, site => !site.Batteries.IsEmpty),
        new("ev_kwh", "EV charge", Kind.Energy, site => !site.EvChargers.IsEmpty),
        new("soc_pct", "Battery state of charge", Kind.Charge, site => !site.Batteries.IsEmpty),
        new("problem", "Problem", Kind.Problem, _ => true),
    ];

    private enum Kind
    {
        Power,
        Energy,
        Charge,
        Problem,
    }

    private sealed record Entity(string Key, string Name, Kind Kind, Func<Site, bool> IsThere);

    /// <summary>The device discovery payload; retained on <see cref="HomeTopics.Discovery"/>.</summary>
    public static byte[] Discovery(HomeTopics topics, HomeLink link, Site site, string program) => Made(json =>
    {
        json.WriteStartObject("device");
        json.WriteStartArray("identifiers");
        json.WriteStringValue(topics.Device);
        json.WriteEndArray();
        json.WriteString("name", site.Name);
        json.WriteString("manufacturer", "SmartEms");
        json.WriteString("model", "SmartEms.Edge");
        json.WriteString("sw_version", program);
        json.WriteEndObject();
        json.WriteStartObject("origin");
        json.WriteString("name", "SmartEms.Edge");
        json.WriteString("sw_version", program);
        json.WriteEndObject();
        json.WriteString("availability_topic", topics.Availability);
        json.WriteString("state_topic", topics.Values);
        json.WriteStartObject("components");
        foreach (var entity in Entities)
            Component(json, entity, topics.Device, entity.IsThere(site) ? Math.Max(ShortestExpiryS, (int)(PeriodsToExpiry * link.Every.TotalSeconds)) : null);
        json.WriteEndObject();
    });

    /// <summary>The values of now: W, kWh since the box began to count, %; null where one is not known.</summary>
    /// <param name="hasProblem">A finding stands that is worth a warning.</param>
    public static byte[] Values(ProcessImage image, Site site, TallyMark counted, bool hasProblem) => Made(json =>
    {
        NowText.Powers(json, image, site);
        foreach (var (key, wattHours) in (ReadOnlySpan<(string, double)>)
            [
                ("import_kwh", counted.ImportWh), ("export_kwh", counted.ExportWh), ("pv_kwh", counted.PvWh),
                ("charged_kwh", counted.ChargedWh), ("discharged_kwh", counted.DischargedWh), ("ev_kwh", counted.EvWh),
            ])
            LedgerText.Number(json, key, wattHours / 1000, 3);
        json.WriteString("problem", hasProblem ? "ON" : "OFF");
    });

    /// <param name="expiryS">Null = the site has none.</param>
    private static void Component(Utf8JsonWriter json, Entity entity, string device, int? expiryS)
    {
        json.WriteStartObject(entity.Key);
        json.WriteString("platform", entity.Kind == Kind.Problem ? "binary_sensor" : "sensor");
        if (expiryS is { } seconds)
        {
            json.WriteString("unique_id", $"{device}_{entity.Key}");
            json.WriteString("name", entity.Name);
            json.WriteString("value_template", $"{{{{ value_json.{entity.Key} }}}}");
            json.WriteNumber("expire_after", seconds);
            Class(json, entity.Kind);
        }
        json.WriteEndObject();
    }

    private static void Class(Utf8JsonWriter json, Kind kind)
    {
        var (device, unit, state) = kind switch
        {
            Kind.Power => ("power", "W", "measurement"),
            Kind.Energy => ("energy", "kWh", "total_increasing"),
            Kind.Charge => ("battery", "%", "measurement"),
            _ => ("problem", null, null),
        };
        json.WriteString("device_class", device);
        if (state is null)
            return;
        json.WriteString("unit_of_measurement", unit);
        json.WriteString("state_class", state);
    }

    private static byte[] Made(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
