using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>Hands messages to the library. A topic that comes again goes as a number of two bytes, as far as the broker takes such (MQTT 5, 3.3.2.3.4); the numbers live
/// as long as the session.</summary>
internal sealed class TopicAliases
{
    private readonly Dictionary<string, ushort> numbers = new(StringComparer.Ordinal);

    /// <summary>So many the broker takes; until it has said so, none.</summary>
    public int Most { get; set; }

    /// <summary>The library's result, the number under which it will tell of the message, and about how many bytes it is.</summary>
    public (int Result, int Number, int Bytes) Publish(ClientHandle client, in UplinkMessage message)
    {
        const int around = 6; // fixed header, packet number and length of the properties
        nint properties = 0;
        if (message.ContentType is { } type)
            _ = Mosquitto.AddText(ref properties, Mosquitto.PropertyContentType, type);
        if (message.ResponseTopic is { } answer)
            _ = Mosquitto.AddText(ref properties, Mosquitto.PropertyResponseTopic, answer);
        if (!message.Correlation.IsEmpty)
            _ = Mosquitto.AddBytes(ref properties, Mosquitto.PropertyCorrelation, message.Correlation.Span, (ushort)message.Correlation.Length);
        var (alias, isKnown) = Of(message);
        if (alias > 0)
            _ = Mosquitto.AddShort(ref properties, Mosquitto.PropertyTopicAlias, alias);
        var topic = isKnown ? null : message.Topic;
        var result = Mosquitto.Publish(client, out var number, topic, message.Payload.Length, message.Payload.Span, message.Quality, message.Retain, properties);
        if (properties != 0)
            Mosquitto.FreeAll(ref properties);
        if (result == Mosquitto.Ok && alias > 0)
            numbers[message.Topic] = alias;
        return (result, number, message.Payload.Length + (topic?.Length ?? 0) + around);
    }

    /// <summary>0 where there is none. Answers go to a topic of their own each, and are worth none.</summary>
    private (ushort Number, bool IsKnown) Of(in UplinkMessage message) =>
        numbers.TryGetValue(message.Topic, out var known) ? (known, true)
        : numbers.Count < Most && message.Correlation.IsEmpty ? ((ushort)(numbers.Count + 1), false)
        : ((ushort)0, false);
}
