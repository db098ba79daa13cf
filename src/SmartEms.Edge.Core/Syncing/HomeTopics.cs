using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Syncing;

/// <summary>Where a box speaks on the broker of the house: smartems/home/{site}/…, and below Home Assistant's own prefix.</summary>
public sealed record HomeTopics(string Site, string Prefix)
{
    public static HomeTopics Of(HomeLink link, string site) => new(site, link.DiscoveryPrefix);

    /// <summary>The box in Home Assistant: letters, digits, - and _ alone are allowed there.</summary>
    public string Device => $"smartems-{Site}";

    /// <summary>What the box is and has; retained. Empty = it is taken away.</summary>
    public string Discovery => $"{Prefix}/device/{Device}/config";

    /// <summary>Home Assistant says "online" when it has started.</summary>
    public string Status => $"{Prefix}/status";

    /// <summary>online or offline; retained.</summary>
    public string Availability => $"smartems/home/{Site}/availability";

    /// <summary>The values of now.</summary>
    public string Values => $"smartems/home/{Site}/values";

    public string ClientId => $"smartems.home.{Site}";
}
