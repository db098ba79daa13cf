using System.Globalization;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Cloud;

/// <summary>Which broker, as every verb takes it: --broker mqtts://host:8883 --ca FILE --certificate FILE --key-file FILE --user NAME --password-file FILE.</summary>
internal static class BrokerOptions
{
    public static BrokerAddress Read(Arguments given)
    {
        var text = given.Text("broker");
        var end = text.IndexOf("://", StringComparison.Ordinal);
        if (end < 0 || text[..end] is not ("mqtt" or "mqtts"))
            throw new UsageException($"--broker {text}: as in mqtts://broker.example:8883 or mqtt://127.0.0.1:1883");
        var isEncrypted = text[..end] == "mqtts";
        var rest = text[(end + 3)..].TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        var port = colon < 0 ? isEncrypted ? 8883 : 1883 : int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : throw new UsageException($"--broker {text}: its port is no number");
        return new(colon < 0 ? rest : rest[..colon], port, isEncrypted)
        {
            TrustFile = given.Text("ca", isEncrypted ? null : ""),
            CertificateFile = given.Text("certificate", ""),
            KeyFile = given.Text("key-file", ""),
            User = given.Text("user", ""),
            PasswordFile = given.Text("password-file", ""),
        };
    }
}
