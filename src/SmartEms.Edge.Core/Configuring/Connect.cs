using System.Buffers;
using System.Globalization;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads where a device answers: tcp://host or tcp://host:port, host being a name, an IPv4 address or an IPv6 address in brackets.</summary>
internal static class Connect
{
    private const string Scheme = "tcp://";
    private const string Example = "as in tcp://192.168.3.20:502";

    private static readonly SearchValues<char> Ipv4 = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> Ipv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Host and port; an empty host and a problem when it cannot be read.</summary>
    public static (string Host, int Port) Read(NodeReader at, string key, int defaultPort)
    {
        if (at.Text(key, required: true) is not { } text)
            return ("", defaultPort);
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            var scheme = text.IndexOf("://", StringComparison.Ordinal);
            at.Note(key, ProblemCodes.BadConnect, scheme < 0 ? $"{Scalars.Shown(text)} does not say how to connect" : $"{Scalars.Shown(text[..scheme])} is not a way to connect", $"only tcp is read here, {Example}");
            return ("", defaultPort);
        }
        var (host, port) = Split(text[Scheme.Length..].TrimEnd('/'));
        if (!IsHost(host))
        {
            at.Note(key, ProblemCodes.BadConnect, host.Length == 0 ? "no host" : $"{Scalars.Shown(host)} is not a host", $"a name or address {Example}");
            host = "";
        }
        return (host, port is null ? defaultPort : Port(at, key, port, defaultPort));
    }

    private static (string Host, string? Port) Split(string address)
    {
        var bracket = address.LastIndexOf(']');
        var colon = address.IndexOf(':', bracket + 1);
        return colon < 0 ? (address, null) : (address[..colon], address[(colon + 1)..]);
    }

    private static int Port(NodeReader at, string key, string text, int defaultPort)
    {
        if (double.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var port) && Allowed.TcpPort.Holds(port))
            return (int)port;
        at.Note(key, ProblemCodes.OutOfRange, $"{Scalars.Shown(text)} is not a TCP port (1–65535)", $"write {Scheme}host:{defaultPort}");
        return defaultPort;
    }

    private static bool IsHost(string host)
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
