using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>What an uplink is told from outside.</summary>
/// <param name="ClientId">One session at a time has it; a second one takes it over.</param>
/// <param name="Brokers">In order of preference.</param>
public sealed record UplinkSettings(string ClientId, ImmutableArray<BrokerAddress> Brokers)
{
    /// <summary>What is listened to, at least once each.</summary>
    public ImmutableArray<string> Filters { get; init; } = [];

    /// <summary>What the broker says for us when we are gone without a word.</summary>
    public UplinkMessage? Will { get; init; }
    public TimeSpan WillDelay { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Zero = the broker forgets the session when it ends.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(24);
    public TimeSpan ReconnectSpread { get; init; } = TimeSpan.FromSeconds(240);

    /// <summary>No wait for the next attempt is longer, but for <see cref="Rest"/>.</summary>
    public TimeSpan LongestWait { get; init; } = Backoff.Longest;

    /// <summary>How long a broker is left alone at least that floods, or that hangs up again and again soon after it took us.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Messages on their way at one time.</summary>
    public int Window { get; init; } = 16;

    /// <summary>The broker may send no packet larger than this, bytes, and no more packets at a time than <see cref="Window"/>.</summary>
    public int MostPacketBytes { get; init; } = 64 * 1024;

    /// <summary>A broker that sends more messages in one second is no broker of ours.</summary>
    public int MostMessagesPerSecond { get; init; } = 200;

    public static UplinkSettings Of(CloudLink link, string clientId) => new(clientId, link.Brokers)
    {
        KeepAlive = link.KeepAlive,
        SessionExpiry = link.SessionExpiry,
        WillDelay = link.WillDelay,
        ReconnectSpread = link.ReconnectSpread,
    };
}
