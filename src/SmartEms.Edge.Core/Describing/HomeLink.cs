namespace SmartEms.Edge.Core.Describing;

/// <summary>The broker of the house: Home Assistant and its kin listen there, and are told what the site does. Nobody commands the box over it.</summary>
public sealed record HomeLink(BrokerAddress Broker)
{
    /// <summary>Where Home Assistant looks for devices.</summary>
    public string DiscoveryPrefix { get; init; } = "homeassistant";

    /// <summary>The box is announced there; false = what was announced is taken away again.</summary>
    public bool IsAnnounced { get; init; } = true;

    /// <summary>How often the values are told.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);
}
