using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the link to the broker of the house.</summary>
internal static class SiteHome
{
    private static readonly string[] Keys = ["broker", "discovery", "discovery_prefix", "period_s"];

    public static HomeLink? Read(NodeReader file)
    {
        if (file.Map("home", Keys) is not { } at)
            return null;
        var usual = new HomeLink(new("", 0, false));
        return usual with
        {
            Broker = at.Map("broker", SiteCloud.BrokerKeys, required: true) is { } broker ? SiteCloud.Broker(broker) : usual.Broker,
            DiscoveryPrefix = at.Name("discovery_prefix", "-_", 40, required: false) ?? usual.DiscoveryPrefix,
            IsAnnounced = at.Flag("discovery") ?? usual.IsAnnounced,
            Every = at.Number("period_s", new(1, 3_600, "s")) is { } seconds ? TimeSpan.FromSeconds(seconds) : usual.Every,
        };
    }
}
