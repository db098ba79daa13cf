using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Syncing;

/// <summary>Where a box speaks and listens: smartems/v1/{tenant}/{site}/{box}/…; at most seven levels, because AWS IoT takes no more.</summary>
public sealed record UplinkTopics(string Tenant, string Site, string Box)
{
    public const string Root = "smartems/v1";

    private string Own => $"{Root}/{Tenant}/{Site}/{Box}";

    public static UplinkTopics Of(CloudLink link, string site) => new(link.Tenant, site, link.Box);

    /// <summary>Whether the box is there and how it is; retained.</summary>
    public string State => $"{Own}/state";

    /// <summary>A quarter-hour's summary, and the decision for the next one that comes with it.</summary>
    public string Summary => $"{Own}/summary";

    /// <summary>Decisions that no summary came with.</summary>
    public string Decision => $"{Own}/decision";
    public string Event => $"{Own}/event";
    public string Alert => $"{Own}/alert";
    public string Telemetry => $"{Own}/telemetry";

    /// <summary>Signed commands.</summary>
    public string Command => $"{Own}/cmd";

    /// <summary>Everything that is asked of the box.</summary>
    public string Commands => $"{Own}/cmd/#";

    /// <summary>Asks for stored summaries or records again.</summary>
    public string Pull => $"{Own}/cmd/summary?";

    /// <summary>How far the receiver has everything.</summary>
    public string Acknowledge => $"{Own}/ack";

    /// <summary>An answer goes only to smartems/v1/{tenant}/answer/…: the box is nobody's loudspeaker.</summary>
    public bool MayAnswerTo(string topic) =>
        topic.StartsWith($"{Root}/{Tenant}/answer/", StringComparison.Ordinal) && topic.Length <= 200 && !topic.Contains('+') && !topic.Contains('#');

    /// <summary>The client id: one box, one session.</summary>
    public string ClientId => $"{Tenant}.{Site}.{Box}";
}
