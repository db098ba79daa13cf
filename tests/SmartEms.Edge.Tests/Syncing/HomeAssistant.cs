using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>What Home Assistant makes of device discovery: its rules for each field (components/mqtt: discovery, schemas, sensor, binary_sensor; components/sensor:
/// units and state classes of a device class), restated. A field that it does not know is a complaint, as it is there.</summary>
internal sealed partial class HomeAssistant(string prefix = "homeassistant")
{
    private static readonly Dictionary<string, string> Device = new()
    {
        ["identifiers"] = "texts", ["name"] = "text", ["manufacturer"] = "text", ["model"] = "text", ["model_id"] = "text", ["sw_version"] = "text", ["hw_version"] = "text",
        ["serial_number"] = "text", ["suggested_area"] = "text", ["via_device"] = "text", ["configuration_url"] = "text", ["connections"] = "texts",
    };

    private static readonly Dictionary<string, string> Origin = new() { ["name"] = "text", ["sw_version"] = "text", ["support_url"] = "text" };

    private static readonly Dictionary<string, string> Common = new()
    {
        ["device"] = "map", ["origin"] = "map", ["components"] = "map", ["availability_topic"] = "topic", ["payload_available"] = "text", ["payload_not_available"] = "text",
        ["state_topic"] = "topic", ["command_topic"] = "topic", ["qos"] = "quality", ["encoding"] = "text",
    };

    private static readonly Dictionary<string, string> Entity = new()
    {
        ["platform"] = "text", ["unique_id"] = "text", ["name"] = "text", ["value_template"] = "template", ["expire_after"] = "positive", ["device_class"] = "text",
        ["state_topic"] = "topic", ["entity_category"] = "text", ["icon"] = "text", ["enabled_by_default"] = "flag", ["force_update"] = "flag",
    };

    private static readonly HashSet<string> OfSensors = ["unit_of_measurement", "state_class", "suggested_display_precision", "options", "last_reset_value_template"];
    private static readonly HashSet<string> OfBinarySensors = ["payload_on", "payload_off", "off_delay"];

    private static readonly Dictionary<string, (string[] Units, string[] States)> SensorClasses = new()
    {
        ["power"] = (["mW", "W", "kW", "MW", "GW", "TW"], ["measurement"]),
        ["energy"] = (["J", "kJ", "MJ", "GJ", "mWh", "Wh", "kWh", "MWh", "GWh", "TWh", "cal", "kcal", "Mcal", "Gcal"], ["total", "total_increasing"]),
        ["battery"] = (["%"], ["measurement"]),
    };

    /// <summary>The entities that are there, by unique id.</summary>
    public Dictionary<string, JsonElement> Entities { get; } = [];

    private readonly Dictionary<string, string> idOf = [];

    /// <summary>Takes a message on a discovery topic.</summary>
    public void Discover(string topic, ReadOnlySpan<byte> payload)
    {
        var match = TopicForm().Match(topic[(prefix.Length + 1)..]);
        Assert.True(topic.StartsWith(prefix + "/", StringComparison.Ordinal) && match.Success, $"{topic} is no discovery topic");
        Assert.Equal("device", match.Groups["component"].Value);
        if (payload.IsEmpty)
        {
            Entities.Clear();
            idOf.Clear();
            return;
        }
        var said = JsonDocument.Parse(payload.ToArray()).RootElement;
        Fields(said, Common, "");
        Fields(said.GetProperty("device"), Device, "device.");
        Fields(said.GetProperty("origin"), Origin, "origin.");
        Assert.True(said.GetProperty("device").GetProperty("identifiers").GetArrayLength() > 0, "a device needs an identifier");
        Assert.NotEqual("", said.GetProperty("origin").GetProperty("name").GetString());
        foreach (var component in said.GetProperty("components").EnumerateObject())
            Take(component, said.TryGetProperty("state_topic", out _));
    }

    private void Take(JsonProperty component, bool hasSharedTopic)
    {
        var (key, one) = (component.Name, component.Value);
        var platform = one.GetProperty("platform").GetString();
        if (one.EnumerateObject().Count() == 1)
        {
            if (idOf.Remove(key, out var gone)) // the platform alone takes it away
                Entities.Remove(gone);
            return;
        }
        var more = platform switch
        {
            "sensor" => OfSensors,
            "binary_sensor" => OfBinarySensors,
            _ => throw new Xunit.Sdk.XunitException($"{key}: the platform {platform} is not looked at here"),
        };
        Fields(one, Entity.Concat(more.ToDictionary(name => name, _ => "")).ToDictionary(), $"{key}.");
        Assert.True(hasSharedTopic || one.TryGetProperty("state_topic", out _), $"{key} has no state topic");
        if (platform == "sensor")
            Sensor(key, one);
        else
            Assert.Equal("problem", one.GetProperty("device_class").GetString());
        var id = one.GetProperty("unique_id").GetString()!;
        Assert.True(!Entities.ContainsKey(id) || idOf.GetValueOrDefault(key) == id, $"{id} is not unique");
        (Entities[id], idOf[key]) = (one.Clone(), id);
    }

    private static void Sensor(string key, JsonElement one)
    {
        var kind = one.GetProperty("device_class").GetString()!;
        Assert.True(SensorClasses.TryGetValue(kind, out var allowed), $"{key}: {kind} is no device class that is known here");
        Assert.Contains(one.GetProperty("unit_of_measurement").GetString(), allowed.Units);
        Assert.Contains(one.GetProperty("state_class").GetString(), allowed.States);
    }

    private static void Fields(JsonElement map, Dictionary<string, string> known, string path)
    {
        foreach (var field in map.EnumerateObject())
        {
            Assert.True(known.TryGetValue(field.Name, out var form), $"{path}{field.Name} is not known");
            Assert.True(IsOf(form!, field.Value), $"{path}{field.Name}: {field.Value} is not a {form}");
        }
    }

    private static bool IsOf(string form, JsonElement value) => form switch
    {
        "text" => value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0,
        "texts" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String),
        "topic" => value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and < 65_536 } topic && !topic.AsSpan().ContainsAny("+#\0"),
        "template" => value.ValueKind == JsonValueKind.String && TemplateForm().IsMatch(value.GetString()!),
        "positive" => value.TryGetInt32(out var number) && number >= 0,
        "quality" => value.TryGetInt32(out var quality) && quality is >= 0 and <= 2,
        "flag" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "map" => value.ValueKind == JsonValueKind.Object,
        _ => true,
    };

    /// <summary>The state of an entity after a message with these values: "None" is unknown, a number stands as it is told.</summary>
    public string State(string id, JsonElement values)
    {
        var key = TemplateForm().Match(Entities[id].GetProperty("value_template").GetString()!).Groups["key"].Value;
        var value = values.GetProperty(key);
        return value.ValueKind == JsonValueKind.Null ? "None" : value.ToString();
    }

    [GeneratedRegex(@"^(?<component>\w+)/(?:(?<node>[a-zA-Z0-9_-]+)/)?(?<id>[a-zA-Z0-9_-]+)/config$")]
    private static partial Regex TopicForm();

    [GeneratedRegex(@"^\{\{ value_json\.(?<key>[a-z_]+) \}\}$")]
    private static partial Regex TemplateForm();
}
