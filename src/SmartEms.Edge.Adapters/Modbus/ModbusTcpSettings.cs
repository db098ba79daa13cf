using System.Net;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A Modbus device or gateway behind a TCP port, speaking Modbus TCP or, through a plain serial server, RTU frames.</summary>
public sealed record ModbusTcpSettings : LineSettings
{
    /// <summary>Name or address (IPv4 or IPv6), kept in one spelling so that a host is one host: lower case, no brackets, no final dot.</summary>
    public string Host { get; }

    /// <summary>1–65535; 502 is Modbus' own.</summary>
    public int Port { get; }

    /// <summary>True: RTU frames inside the TCP connection.</summary>
    public bool IsRtu { get; init; }

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

    public override string Place => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    public override WireFraming Framing => IsRtu ? WireFraming.Rtu : WireFraming.Mbap;

    /// <summary>Behind a serial server: 3.5 characters at 9600 Bd, because frames carry no number and what comes twice must not meet the next request.</summary>
    public override TimeSpan FrameGap => IsRtu ? TimeSpan.FromMilliseconds(4) : TimeSpan.Zero;

    public override ByteLink NewLink() => new SocketLink(Host, Port);

    public override string ToString() => Place;
}
