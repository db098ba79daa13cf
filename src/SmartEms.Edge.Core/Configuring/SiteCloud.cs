using System.Globalization;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the link to the cloud: who this box is there, and the brokers in order of preference.</summary>
internal static class SiteCloud
{
    private const int MostBrokers = 4;
    private const int MostLetters = 40;

    private static readonly string[] Keys =
        ["tenant", "box", "brokers", "keepalive_s", "session_expiry_h", "will_delay_s", "reconnect_spread_s", "telemetry_period_s", "commands"];

    internal static readonly string[] BrokerKeys = ["connect", "ca", "certificate", "key", "user", "password_file"];

    public static CloudLink? Read(NodeReader file, string site)
    {
        if (file.Map("cloud", Keys) is not { } at)
            return null;
        var usual = new CloudLink("", "", []);
        var brokers = at.Maps("brokers", MostBrokers, BrokerKeys, required: true);
        if (brokers.IsEmpty && at.Has("brokers") && !at.IsFaulty("brokers"))
            at.Note("brokers", ProblemCodes.MissingKey, "names no broker", "- connect: mqtts://broker.example:8883");
        return usual with
        {
            Tenant = at.Name("tenant", "-", MostLetters, required: false) ?? "default",
            Box = at.Name("box", "-", MostLetters, required: false) ?? site,
            Brokers = [.. brokers.Select(Broker)],
            KeepAlive = Seconds(at, "keepalive_s", new(30, 300, "s")) ?? usual.KeepAlive,
            SessionExpiry = at.Number("session_expiry_h", new(0.1, 720, "h")) is { } hours ? TimeSpan.FromHours(hours) : usual.SessionExpiry,
            WillDelay = Seconds(at, "will_delay_s", new(0, 3_600, "s")) ?? usual.WillDelay,
            ReconnectSpread = Seconds(at, "reconnect_spread_s", new(1, 600, "s")) ?? usual.ReconnectSpread,
            TelemetryEvery = Seconds(at, "telemetry_period_s", new(1, 3_600, "s")) ?? usual.TelemetryEvery,
            TakesCommands = at.Flag("commands") ?? usual.TakesCommands,
        };
    }

    internal static BrokerAddress Broker(NodeReader at)
    {
        var broker = Address(at) with
        {
            TrustFile = Path(at, "ca"),
            CertificateFile = Path(at, "certificate"),
            KeyFile = Path(at, "key"),
            User = at.Text("user") ?? "",
            PasswordFile = Path(at, "password_file"),
        };
        if (broker.IsEncrypted && !at.Has("ca") && !at.IsFaulty("connect"))
            at.Missing("ca", "the file of the certificates that are trusted, and no others: ca: /etc/smartems/cloud-ca.pem");
        Together(at, "certificate", "key");
        Together(at, "password_file", "user");
        foreach (var key in (ReadOnlySpan<string>)["ca", "certificate", "key"])
            if (!broker.IsEncrypted && broker.Host.Length > 0 && at.Has(key))
                at.Note(key, ProblemCodes.Contradiction, "is of no use without encryption", $"write connect: mqtts://{broker.Host}:8883, or remove the key");
        if (!broker.IsEncrypted && broker.Host.Length > 0 && !IsThisMachine(broker.Host))
            at.Note("connect", ProblemCodes.Unencrypted, "everybody on the way can read and change what is sent; signed commands alone stay safe", "mqtts:// with ca, certificate and key");
        return broker;
    }

    private static BrokerAddress Address(NodeReader at)
    {
        var nowhere = new BrokerAddress("", 8_883, true);
        if (at.Text("connect", required: true) is not { } text)
            return nowhere;
        foreach (var (scheme, address) in (ReadOnlySpan<(string, BrokerAddress)>)[("mqtts://", nowhere), ("mqtt://", new("", 1_883, false))])
        {
            if (!text.StartsWith(scheme, StringComparison.Ordinal))
                continue;
            var (host, port) = Connect.Split(text[scheme.Length..].TrimEnd('/'));
            if (!Connect.IsHost(host))
            {
                at.Note("connect", ProblemCodes.BadConnect, host.Length == 0 ? "no host" : $"{Scalars.Shown(host)} is not a host", $"as in {scheme}broker.example:{address.Port}");
                return address;
            }
            if (port is null)
                return address with { Host = host.Trim('[', ']') };
            if (double.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Allowed.TcpPort.Holds(number))
                return address with { Host = host.Trim('[', ']'), Port = (int)number };
            at.Note("connect", ProblemCodes.OutOfRange, $"{Scalars.Shown(port)} is not a TCP port (1–65535)", $"write {scheme}{host}:{address.Port}");
            return address;
        }
        at.Note("connect", ProblemCodes.BadConnect, $"{Scalars.Shown(text)} is no broker", "as in mqtts://broker.example:8883, or mqtt://127.0.0.1:1883 without encryption");
        return nowhere;
    }

    private static string Path(NodeReader at, string key)
    {
        if (at.Text(key) is not { } path)
            return "";
        if (path.StartsWith('/') && !path.Contains('\0'))
            return path;
        at.Note(key, ProblemCodes.BadName, $"{Scalars.Shown(path)} is no whole path", $"begin it with a slash: /etc/smartems/{Scalars.Shown(path)}");
        return "";
    }

    private static void Together(NodeReader at, string one, string other)
    {
        if (at.Has(one) && !at.Has(other))
            at.Missing(other, $"{one} needs it");
        else if (at.Has(other) && !at.Has(one) && one == "certificate")
            at.Missing(one, $"{other} needs it");
    }

    private static TimeSpan? Seconds(NodeReader at, string key, Allowed allowed) => at.Number(key, allowed) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static bool IsThisMachine(string host) => host is "localhost" or "::1" || host.StartsWith("127.", StringComparison.Ordinal);
}
