namespace SmartEms.Edge.Core.Syncing;

/// <summary>How the link to the cloud stands. The first two are told by the link itself, the last two by whoever sends over it.</summary>
public enum UplinkState : byte
{
    /// <summary>Nobody answers; the next attempt waits its turn.</summary>
    Offline,

    /// <summary>An attempt is under way.</summary>
    Connecting,

    /// <summary>A session stands, and what happened before it is still on its way.</summary>
    Syncing,

    /// <summary>Everything that happened is at the receiver but for the last seconds.</summary>
    Live,
}

/// <summary>A message to be sent.</summary>
/// <param name="Quality">0 = at most once, 1 = at least once (MQTT's QoS).</param>
public readonly record struct UplinkMessage(string Topic, ReadOnlyMemory<byte> Payload, int Quality = 1)
{
    /// <summary>The broker keeps the last one of a topic for whoever comes later.</summary>
    public bool Retain { get; init; }

    /// <summary>How the payload is made; null = plain JSON.</summary>
    public string? ContentType { get; init; }

    /// <summary>Where an answer is wanted; null = nowhere.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>What the asker wants back with the answer.</summary>
    public ReadOnlyMemory<byte> Correlation { get; init; }
}

/// <summary>What happened on the link.</summary>
public enum UplinkEventKind : byte
{
    /// <summary>A session stands. What was on its way in an earlier one must be sent again.</summary>
    Connected,

    /// <summary>The session is over.</summary>
    Lost,

    /// <summary>The broker has a message, or refuses it (<see cref="UplinkEvent.Reason"/> of 128 and more).</summary>
    Confirmed,

    /// <summary>A message came in.</summary>
    Received,
}

/// <summary>One thing that happened; what a kind does not need is empty.</summary>
/// <param name="Number">Of a confirmed message, as it was given when it was handed over.</param>
/// <param name="Reason">MQTT 5's reason code.</param>
public sealed record UplinkEvent(UplinkEventKind Kind, int Number = 0, int Reason = 0)
{
    public string Topic { get; init; } = "";
    public byte[] Payload { get; init; } = [];
    public string ContentType { get; init; } = "";

    /// <summary>Where the answer is wanted; empty = nowhere.</summary>
    public string ResponseTopic { get; init; } = "";
    public byte[] Correlation { get; init; } = [];
}

/// <summary>The link at one moment, for screens.</summary>
/// <param name="Broker">The one it speaks to or tried last.</param>
/// <param name="Trouble">Why there is no session, with the remedy; null while there is one.</param>
public sealed record UplinkLook(UplinkState State, string Broker, string? Trouble)
{
    public long SentMessages { get; init; }
    public long SentBytes { get; init; }
    public long ReceivedMessages { get; init; }
    public long Sessions { get; init; }
    public long Attempts { get; init; }

    /// <summary>Until the next attempt, ms; 0 while one runs or a session stands.</summary>
    public long RetryInMs { get; init; }
}
