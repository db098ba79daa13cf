using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace SmartEms.Edge.Discovery;

/// <summary>Which hosts a scan visits: subnets (192.168.3.0/24), ranges (192.168.3.10-40), and single hosts.</summary>
internal static class ScanTargets
{
    /// <summary>As many as a /22 has: more is a mistyped network far more often than a site.</summary>
    public const int MostUnasked = 1024;

    /// <summary>Nobody scans more, whatever he says.</summary>
    public const int Most = 65_536;

    private static readonly SearchValues<char> Ipv4 = SearchValues.Create("0123456789.");

    /// <summary>Every host once, in order. Refuses what is no host or subnet, and too many of them unless <paramref name="isSure"/>.</summary>
    public static List<string> Of(IEnumerable<string> told, bool isSure)
    {
        var hosts = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in told)
            foreach (var host in Hosts(text, isSure))
                if (seen.Add(host))
                    hosts.Add(host);
        if (hosts.Count > (isSure ? Most : MostUnasked))
            throw TooMany(string.Join(' ', told), hosts.Count, isSure);
        return hosts;
    }

    private static IEnumerable<string> Hosts(string text, bool isSure)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
            return Subnet(text, slash, isSure);
        var dash = text.LastIndexOf('-');
        if (dash > 0 && IPAddress.TryParse(text[..dash], out var from) && from.GetAddressBytes().Length == 4)
            return Range(text, dash, Number(from), isSure);
        if (text.Length == 0 || Uri.CheckHostName(text.Trim('[', ']')) == UriHostNameType.Unknown || LooksLikeBadAddress(text))
            throw No($"'{text}' is not a host, subnet or range");
        return [text];
    }

    private static IEnumerable<string> Subnet(string text, int slash, bool isSure)
    {
        if (!IPAddress.TryParse(text.AsSpan(0, slash), out var address) || address.GetAddressBytes().Length != 4
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits > 32)
            throw No($"'{text}' is not a subnet");
        var size = 1L << (32 - bits);
        if (size > (isSure ? Most : MostUnasked))
            throw TooMany(text, size, isSure);
        var first = Number(address) & (uint)(0xFFFF_FFFFL << (32 - bits) & 0xFFFF_FFFF);
        // The first and the last address of a subnet are the network's own and everybody's.
        return size <= 2 ? Between(first, size) : Between(first + 1, size - 2);
    }

    private static IEnumerable<string> Range(string text, int dash, uint first, bool isSure)
    {
        var end = text[(dash + 1)..];
        var last = IPAddress.TryParse(end.Contains('.', StringComparison.Ordinal) ? end : $"{text[..text.LastIndexOf('.', dash)]}.{end}", out var to) ? Number(to) : 0;
        if (last < first)
            throw No($"'{text}' is not a range");
        var size = (long)last - first + 1;
        return size > (isSure ? Most : MostUnasked) ? throw TooMany(text, size, isSure) : Between(first, size);
    }

    private static IEnumerable<string> Between(uint first, long count)
    {
        for (var i = 0L; i < count; i++)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(first + i));
            yield return new IPAddress(bytes).ToString();
        }
    }

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    // Digits and dots only must be a whole address, or it is a typing error that DNS would chew on for seconds.
    private static bool LooksLikeBadAddress(string text) => text.AsSpan().IndexOfAnyExcept(Ipv4) < 0 && (text.Split('.').Length != 4 || !IPAddress.TryParse(text, out _));

    private static Refusal TooMany(string text, long hosts, bool isSure) => new(
        Exit.Usage, "subnet_too_large", $"{text} has {hosts} hosts", isSure ? $"{Most} at most; name the part where the devices are" : "a site's network is a /24: name that part, as in 192.168.3.0/24, or say --yes");

    private static Refusal No(string what) => new(Exit.Usage, "target_unclear", what, "as in 192.168.3.0/24, 192.168.3.10-40 or 192.168.3.21");
}
