using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads where a device answers: tcp://host:port, rtutcp://host:port, or rtu:///dev/ttyUSB0?baud=9600; host being a name, an IPv4 address or
/// an IPv6 address in brackets.</summary>
public static class Connect
{
    private const string Forms = "as in tcp://192.168.3.20:502, rtutcp://192.168.3.20:4196 or rtu:///dev/ttyUSB0?baud=9600";

    private static readonly ImmutableArray<(string Scheme, LinkKind Kind)> Schemes = [("tcp", LinkKind.Tcp), ("rtutcp", LinkKind.RtuOverTcp), ("rtu", LinkKind.Rtu)];

    private static readonly SearchValues<char> Ipv4 = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> Ipv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>A line as a person names it on a command line, not in a file; the link to unit 0.</summary>
    public static Checked<DeviceLink> Parse(string text, int defaultPort)
    {
        const string key = "connect";
        var place = new Place("", 1, 1);
        var problems = new ProblemList();
        var at = NodeReader.Of(new MapNode(place, [new(key, place, new ScalarNode(place, text, Quoted: true))]), "", [key], problems)!;
        var link = Read(at, key, defaultPort);
        return problems.Result(() => link);
    }

    /// <summary>The link to unit 0; an empty host and a problem when it cannot be read.</summary>
    internal static DeviceLink Read(NodeReader at, string key, int defaultPort)
    {
        var nowhere = new DeviceLink("", defaultPort, 0);
        if (at.Text(key, required: true) is not { } text)
            return nowhere;
        var end = text.IndexOf("://", StringComparison.Ordinal);
        foreach (var (scheme, kind) in Schemes)
        {
            if (end != scheme.Length || !text.StartsWith(scheme, StringComparison.Ordinal))
                continue;
            var query = text.IndexOf('?', StringComparison.Ordinal);
            var address = text[(end + 3)..(query < 0 ? text.Length : query)];
            var link = kind == LinkKind.Rtu ? Port(at, key, address) : Host(at, key, address, nowhere with { Kind = kind });
            return query < 0 ? link : ConnectQuery.Read(at, key, text[(query + 1)..], link);
        }
        at.Note(key, ProblemCodes.BadConnect, end < 0 ? $"{Scalars.Shown(text)} does not say how to connect" : $"{Scalars.Shown(text[..end])} is not a way to connect", Forms);
        return nowhere;
    }

    private static DeviceLink Host(NodeReader at, string key, string text, DeviceLink link)
    {
        var (host, port) = Split(text.TrimEnd('/'));
        var scheme = link.Kind == LinkKind.Tcp ? "tcp" : "rtutcp";
        if (!IsHost(host))
        {
            at.Note(key, ProblemCodes.BadConnect, host.Length == 0 ? "no host" : $"{Scalars.Shown(host)} is not a host", $"a name or address as in {scheme}://192.168.3.20:{link.Port}");
            host = "";
        }
        if (port is null)
            return link with { Host = host };
        if (double.TryParse(port, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && Allowed.TcpPort.Holds(number))
            return link with { Host = host, Port = (int)number };
        at.Note(key, ProblemCodes.OutOfRange, $"{Scalars.Shown(port)} is not a TCP port (1–65535)", $"write {scheme}://host:{link.Port}");
        return link with { Host = host };
    }

    private static DeviceLink Port(NodeReader at, string key, string path)
    {
        var isFile = path.StartsWith("/dev/", StringComparison.Ordinal) && path.Length > 5 && !path.EndsWith('/') && !path.Contains("..", StringComparison.Ordinal);
        if (!isFile)
            at.Note(key, ProblemCodes.BadConnect, path.Length == 0 ? "no serial port" : $"{Scalars.Shown(path)} is not a serial port", "its whole name with three slashes, as in rtu:///dev/ttyUSB0; ls /dev/serial/by-id lists them");
        return new(isFile ? path : "", 0, 0) { Kind = LinkKind.Rtu };
    }

    internal static (string Host, string? Port) Split(string address)
    {
        var bracket = address.LastIndexOf(']');
        var colon = address.IndexOf(':', bracket + 1);
        return colon < 0 ? (address, null) : (address[..colon], address[(colon + 1)..]);
    }

    internal static bool IsHost(string host)
    {
        if (host.StartsWith('[') && host.EndsWith(']'))
            return host.Length > 3 && host.AsSpan(1, host.Length - 2).IndexOfAnyExcept(Ipv6) < 0;
        if (host.Length is 0 or > 253 || host[0] is '.' or '-' || host[^1] is '.' or '-')
            return false;
        foreach (var letter in host)
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '-' or '_'))
                return false;
        return host.AsSpan().IndexOfAnyExcept(Ipv4) >= 0 || IsIpv4(host);
    }

    // Digits and dots only: then it must be a whole IPv4 address, or it is a typing error that DNS would chew on for seconds.
    private static bool IsIpv4(string host)
    {
        var parts = host.Split('.');
        return parts.Length == 4 && parts.All(part => byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }
}
