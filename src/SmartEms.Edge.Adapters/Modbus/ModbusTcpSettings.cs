using System.Net;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Where a Modbus TCP device or gateway is and how patiently it is spoken to.</summary>
public sealed record ModbusTcpSettings
{
    /// <summary>Name or address (IPv4 or IPv6), kept in one spelling so that a host is one host: lower case, no brackets, no final dot.</summary>
    public string Host { get; }

    /// <summary>1–65535; 502 is Modbus' own.</summary>
    public int Port { get; }

    /// <summary>Name resolution and TCP connect together; more than 0.</summary>
    public TimeSpan ConnectTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(3);

    /// <summary>Absolute: from the first byte sent to the last byte of the reply; more than 0.</summary>
    public TimeSpan TransactionTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(1);

    /// <summary>Least silence between the end of one transaction and the next request; gateways lose requests that follow faster.</summary>
    public TimeSpan Gap { get; init => field = NotNegative(value); }

    /// <summary>Silence after connecting; some devices ignore what comes at once.</summary>
    public TimeSpan WaitAfterConnect { get; init => field = NotNegative(value); }

    /// <summary>Throws <see cref="ArgumentException"/> for an empty host or a port outside 1–65535.</summary>
    public ModbusTcpSettings(string host, int port = 502)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        string name = host.Trim().Trim('[', ']').TrimEnd('.');
        // An address has many spellings ("::1" and "0:0::1"); its own printing is the one.
        Host = IPAddress.TryParse(name, out IPAddress? address) ? address.ToString() : name.ToLowerInvariant();
        Port = port;
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }

    private static TimeSpan NotNegative(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        return value;
    }
}
