using System.Text.Json;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>What a command says beside its verb; what a verb does not use must not be there.</summary>
public sealed record CommandBody
{
    public double? Watts { get; init; }
    public string? Part { get; init; }
    public string? Value { get; init; }
    public TimeSpan? Lease { get; init; }
    public string Reason { get; init; } = "";

    private const int MostLetters = 120;
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 2 };

    /// <summary>Reads the body of a verb, strictly: one flat object, each field once, of the right kind and range, nothing unknown; null where it is not that.</summary>
    public static CommandBody? Read(CommandVerb verb, ReadOnlySpan<byte> json)
    {
        if (verb == CommandVerb.Keys)
            return new(); // its body is a signed list of its own
        try
        {
            var reader = new Utf8JsonReader(json, Strict);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            var body = new CommandBody();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!seen.Add(name) || !reader.Read() || With(body, name, ref reader) is not { } more)
                    return null;
                body = more;
            }
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read() && Fits(verb, body) ? body : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null; // no JSON, or no UTF-8
        }
    }

    private static CommandBody? With(CommandBody body, string name, ref Utf8JsonReader reader)
    {
        if (name is "w" or "lease_s")
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var number) || !double.IsFinite(number))
                return null;
            if (name == "w")
                return number is >= 0 and <= 10_000_000 ? body with { Watts = number } : null;
            return number is >= 1 and <= 86_400 ? body with { Lease = TimeSpan.FromSeconds(number) } : null;
        }
        if (reader.TokenType != JsonTokenType.String || reader.GetString() is not { Length: > 0 and <= MostLetters } text || text.Any(char.IsControl))
            return null;
        return name switch
        {
            "part" => body with { Part = text },
            "value" => body with { Value = text },
            "reason" => body with { Reason = text },
            _ => null,
        };
    }

    private static bool Fits(CommandVerb verb, CommandBody body) => verb switch
    {
        CommandVerb.Ping => body is { Watts: null, Part: null, Value: null, Lease: null },
        CommandVerb.LimitImport or CommandVerb.LimitExport or CommandVerb.LimitDevices => body is { Watts: not null, Part: null, Value: null, Lease: not null, Reason.Length: > 0 },
        CommandVerb.Set => body is { Watts: null, Part: not null, Value: not null, Lease: not null, Reason.Length: > 0 },
        CommandVerb.Release => body is { Watts: null, Value: null, Lease: null, Reason.Length: > 0 },
        CommandVerb.Stop => body is { Watts: null, Part: null, Value: null, Lease: null, Reason.Length: > 0 },
        _ => false,
    };
}
