using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>Prepares a client for its broker: MQTT 5, its bounds, its will, who it is, and whom it trusts.</summary>
internal static class SessionSetup
{
    private const string OldestTls = "tlsv1.2"; // and newer

    /// <summary>What is wrong with the settings or their files, or null.</summary>
    public static string? Prepare(ClientHandle client, UplinkSettings settings, BrokerAddress broker, string? password)
    {
        _ = Mosquitto.Option(client, Mosquitto.OptionProtocol, Mosquitto.ProtocolV5);
        _ = Mosquitto.Option(client, Mosquitto.OptionNoDelay, 1);
        _ = Mosquitto.Option(client, Mosquitto.OptionReceiveMaximum, settings.Window);
        _ = Mosquitto.Option(client, Mosquitto.OptionSendMaximum, settings.Window);
        if (broker.User.Length > 0)
            _ = Mosquitto.Credentials(client, broker.User, password);
        if (settings.Will is { } will)
        {
            nint properties = 0;
            _ = Mosquitto.AddWhole(ref properties, Mosquitto.PropertyWillDelay, (uint)settings.WillDelay.TotalSeconds);
            // The library owns the properties from here on.
            if (Mosquitto.Will(client, will.Topic, will.Payload.Length, will.Payload.Span, will.Quality, will.Retain, properties) != Mosquitto.Ok)
                return $"the last will is not usable (topic {will.Topic})";
        }
        return broker.IsEncrypted ? Encrypt(client, broker) : null;
    }

    /// <param name="from">The own address of one kind ("0.0.0.0") keeps it to that kind; null = whatever the name resolves to first.</param>
    public static int Connect(ClientHandle client, UplinkSettings settings, BrokerAddress broker, string? from)
    {
        nint properties = 0;
        if (settings.SessionExpiry > TimeSpan.Zero)
            _ = Mosquitto.AddWhole(ref properties, Mosquitto.PropertySessionExpiry, (uint)settings.SessionExpiry.TotalSeconds);
        _ = Mosquitto.AddWhole(ref properties, Mosquitto.PropertyMaximumPacketSize, (uint)settings.MostPacketBytes);
        // The call that does not wait takes no properties; the library keeps those of the call that does.
        _ = Mosquitto.KeepProperties(client, null, broker.Port, (int)settings.KeepAlive.TotalSeconds, null, properties);
        Mosquitto.FreeAll(ref properties);
        return Mosquitto.Connect(client, broker.Host, broker.Port, (int)settings.KeepAlive.TotalSeconds, from);
    }

    private static string? Encrypt(ClientHandle client, BrokerAddress broker)
    {
        foreach (var (what, file) in (ReadOnlySpan<(string, string)>)[("the trusted certificates", broker.TrustFile), ("the box's certificate", broker.CertificateFile), ("the box's key", broker.KeyFile)])
            if (file.Length > 0 && !IsReadable(file))
                return $"{file}, {what}, cannot be read: give it to the user smartems (chown smartems {file}; chmod 600 {file})";
        var certificate = broker.CertificateFile.Length > 0 ? broker.CertificateFile : null;
        if (Mosquitto.TlsFiles(client, broker.TrustFile, null, certificate, certificate is null ? null : broker.KeyFile) != Mosquitto.Ok)
            return $"certificate or key of {broker} cannot be used: both must be PEM files, and the key without a passphrase";
        return Mosquitto.TlsOptions(client, Mosquitto.VerifyPeer, OldestTls, null) == Mosquitto.Ok ? null : "this libmosquitto speaks no TLS 1.2";
    }

    private static bool IsReadable(string file)
    {
        try
        {
            using var opened = File.OpenRead(file);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
