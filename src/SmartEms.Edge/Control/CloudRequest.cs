using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Syncing;

namespace SmartEms.Edge.Control;

/// <summary>GET /v1/mqtt: the links as they stand; null where the site file names none.</summary>
internal sealed record LinksView(CloudView? Cloud, HomeView? Home);

/// <summary>The link to the broker of the house.</summary>
internal sealed record HomeView
{
    /// <summary>offline, connecting or live.</summary>
    public required string State { get; init; }
    public required string Broker { get; init; }

    /// <summary>Why it is not live, with the remedy; null where nothing is wrong.</summary>
    public required string? Trouble { get; init; }
    public required double RetryInS { get; init; }
    public required long Sessions { get; init; }
    public required long Attempts { get; init; }
    public required long SentMessages { get; init; }
    public required long SentBytes { get; init; }
}

/// <summary>The link to the cloud.</summary>
internal sealed record CloudView
{
    /// <summary>offline, connecting, syncing or live.</summary>
    public required string State { get; init; }
    public required string Broker { get; init; }

    /// <summary>Why it is not live, with the remedy; null where nothing is wrong.</summary>
    public required string? Trouble { get; init; }

    /// <summary>Entries of the ledger that the receiver does not have yet.</summary>
    public required long BehindEntries { get; init; }

    /// <summary>The receiver has everything up to this entry.</summary>
    public required long AcknowledgedEntry { get; init; }
    public required double DownS { get; init; }
    public required double RetryInS { get; init; }
    public required long Sessions { get; init; }
    public required long Attempts { get; init; }
    public required long SentMessages { get; init; }
    public required long SentBytes { get; init; }
    public required long ReceivedMessages { get; init; }

    /// <summary>Messages that the broker refused for good.</summary>
    public required long RefusedMessages { get; init; }
}

/// <summary>Answers what the links to cloud and house do.</summary>
internal static class CloudRequest
{
    public static Task<Reply> AnswerAsync(Desk desk, Asked asked, CancellationToken stop) => Task.FromResult(
        desk.Cloud is null && desk.Home is null
            ? Reply.Error(404, "no_broker", "the site file names neither a cloud nor a broker of the house", "add a section cloud: or home:; docs/mqtt.md shows both")
            : Reply.Ok(new(desk.Cloud is { } cloud ? View(cloud()) : null, desk.Home is { } home ? View(home()) : null), ViewsJson.Wire.LinksView));

    private static HomeView View(UplinkLook look) => new()
    {
        State = look.State switch
        {
            UplinkState.Syncing or UplinkState.Live => "live",
            UplinkState.Connecting => "connecting",
            _ => "offline",
        },
        Broker = look.Broker,
        Trouble = look.Trouble,
        RetryInS = look.RetryInMs / 1000,
        Sessions = look.Sessions,
        Attempts = look.Attempts,
        SentMessages = look.SentMessages,
        SentBytes = look.SentBytes,
    };

    private static CloudView View(UplinkerLook look) => new()
    {
        State = look.State switch
        {
            UplinkState.Live => "live",
            UplinkState.Syncing => "syncing",
            UplinkState.Connecting => "connecting",
            _ => "offline",
        },
        Broker = look.Link.Broker,
        Trouble = look.Trouble,
        BehindEntries = look.Behind,
        AcknowledgedEntry = look.Acknowledged,
        DownS = look.DownMs / 1000,
        RetryInS = look.Link.RetryInMs / 1000,
        Sessions = look.Link.Sessions,
        Attempts = look.Link.Attempts,
        SentMessages = look.Link.SentMessages,
        SentBytes = look.Link.SentBytes,
        ReceivedMessages = look.Link.ReceivedMessages,
        RefusedMessages = look.Refused,
    };
}
