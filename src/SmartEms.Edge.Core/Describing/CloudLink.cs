using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Describing;

/// <summary>A broker and how it is spoken to.</summary>
public sealed record BrokerAddress(string Host, int Port, bool IsEncrypted)
{
    /// <summary>The certificates that are trusted, and no others (PEM file); empty only where nothing is encrypted.</summary>
    public string TrustFile { get; init; } = "";

    /// <summary>The box's own certificate and key (PEM files); empty = it shows none.</summary>
    public string CertificateFile { get; init; } = "";
    public string KeyFile { get; init; } = "";

    public string User { get; init; } = "";

    /// <summary>A file with the password on its first line; a password itself stands in no site file.</summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>As in the site file.</summary>
    public override string ToString() => $"{(IsEncrypted ? "mqtts" : "mqtt")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";
}

/// <summary>The link to the cloud: who this box is there, and the brokers in order of preference.</summary>
public sealed record CloudLink(string Tenant, string Box, ImmutableArray<BrokerAddress> Brokers)
{
    /// <summary>The broker ends a session of which it heard nothing for one and a half times this.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long the broker keeps commands for a box that is away.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a box may be away before it is told to be offline.</summary>
    public TimeSpan WillDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Over which time a fleet that lost its broker comes back, at first.</summary>
    public TimeSpan ReconnectSpread { get; init; } = TimeSpan.FromSeconds(240);

    /// <summary>How often the values of now are sent; zero = only when asked for.</summary>
    public TimeSpan TelemetryEvery { get; init; }

    /// <summary>Signed commands are taken.</summary>
    public bool TakesCommands { get; init; } = true;
}
