using System.Text.Json;
using System.Text.RegularExpressions;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>As much of JSON Schema (draft 2020-12) as the published schemas use; a keyword it does not know is a complaint, so that none is passed over.</summary>
internal static class JsonSchema
{
    private static readonly string[] Words = ["$schema", "title"];

    /// <summary>The first thing that is not as the schema says, or null.</summary>
    public static string? Complaint(JsonElement schema, JsonElement json, string at = "$")
    {
        foreach (var word in schema.EnumerateObject())
            if (!Words.Contains(word.Name) && One(schema, word, json, at) is { } complaint)
                return complaint;
        return null;
    }

    private static string? One(JsonElement schema, JsonProperty word, JsonElement json, string at) => word.Name switch
    {
        "type" => Types(word.Value).Any(type => Is(json, type)) ? null : $"{at} is not {word.Value}",
        "const" => JsonElement.DeepEquals(word.Value, json) ? null : $"{at} is not {word.Value}",
        "enum" => word.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, json)) ? null : $"{at} {json} is none of {word.Value}",
        "minimum" => json.ValueKind != JsonValueKind.Number || json.GetDouble() >= word.Value.GetDouble() ? null : $"{at} {json} is below {word.Value}",
        "pattern" => json.ValueKind != JsonValueKind.String || Regex.IsMatch(json.GetString()!, word.Value.GetString()!) ? null : $"{at} {json} is not as {word.Value}",
        "minItems" => json.ValueKind != JsonValueKind.Array || json.GetArrayLength() >= word.Value.GetInt32() ? null : $"{at} has too few items",
        "maxItems" => json.ValueKind != JsonValueKind.Array || json.GetArrayLength() <= word.Value.GetInt32() ? null : $"{at} has too many items",
        "items" => json.ValueKind != JsonValueKind.Array ? null : json.EnumerateArray().Select((one, i) => Complaint(word.Value, one, $"{at}[{i}]")).FirstOrDefault(one => one is not null),
        "properties" => json.ValueKind != JsonValueKind.Object ? null : word.Value.EnumerateObject().Select(one => json.TryGetProperty(one.Name, out var value) ? Complaint(one.Value, value, $"{at}.{one.Name}") : null).FirstOrDefault(one => one is not null),
        "required" => word.Value.EnumerateArray().Where(name => !json.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at}.{name} is missing").FirstOrDefault(),
        "additionalProperties" => json.ValueKind != JsonValueKind.Object || word.Value.ValueKind != JsonValueKind.False ? null
            : json.EnumerateObject().Where(one => !schema.GetProperty("properties").TryGetProperty(one.Name, out _)).Select(one => $"{at}.{one.Name} is not known").FirstOrDefault(),
        "anyOf" => word.Value.EnumerateArray().Select(one => Complaint(one, json, at)).ToArray() is var all && all.Any(one => one is null) ? null : string.Join("; or ", all),
        _ => $"the schema has {word.Name} at {at}, which nobody checks",
    };

    private static IEnumerable<string> Types(JsonElement type) => type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool Is(JsonElement json, string type) => type switch
    {
        "integer" => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _),
        "number" => json.ValueKind == JsonValueKind.Number,
        "boolean" => json.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => string.Equals(json.ValueKind.ToString(), type, StringComparison.OrdinalIgnoreCase),
    };
}
