using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>Why a session did not come about or ended, in words with the remedy.</summary>
internal static class SessionTrouble
{
    /// <summary>Somebody else came with our client id (MQTT 5, 3.14.2.1).</summary>
    public const int TakenOver = 142;

    public const string PerhapsTakenOver = ", again and soon after it took us: perhaps somebody else comes under this box's name (cloud: box), or the broker restarts";

    public const int ConnectionReset = 104; // ECONNRESET
    private const int BrokenPipe = 32; // EPIPE
    private const int ProtocolError = 71; // EPROTO: the library's word for an end of TLS by the other side

    /// <summary>What a call of the library met.</summary>
    /// <param name="complaint">The last line of its log.</param>
    public static string Of(int result, int errno, BrokerAddress broker, string complaint) => result switch
    {
        Mosquitto.Tls => $"TLS with {broker} failed: {Certificate(complaint, broker)}",
        Mosquitto.LookupFailed => $"the name {broker.Host} cannot be resolved — check the network and its DNS server: resolvectl query {broker.Host}",
        Mosquitto.SystemError when errno == ProtocolError => $"TLS with {broker} failed: {Certificate(complaint, broker)}",
        Mosquitto.SystemError when errno is ConnectionReset or BrokenPipe && broker.IsEncrypted => $"{broker} broke off; over TLS that is often its word for a box's certificate that it does not accept",
        Mosquitto.SystemError when errno != 0 => $"{broker} is not reached: {Marshal.GetPInvokeErrorMessage(errno)}",
        Mosquitto.ConnectionLost or Mosquitto.NoConnection when complaint.Contains("OpenSSL", StringComparison.Ordinal) => $"TLS with {broker} failed: {Certificate(complaint, broker)}",
        Mosquitto.ConnectionLost or Mosquitto.NoConnection => $"{broker} hung up",
        _ => $"{broker}: {Mosquitto.Words(result).TrimEnd('.')}{(complaint.Length > 0 ? $" ({complaint})" : "")}",
    };

    /// <summary>The broker answered the first packet with a refusal.</summary>
    public static string Refused(int reason, BrokerAddress broker) => reason switch
    {
        134 or 135 or 140 => $"{broker} does not let this box in ({Mosquitto.ReasonWords(reason)}): check user, password file and certificate, and the broker's access rules",
        136 or 137 or 151 or 159 => $"{broker} takes nobody at the moment ({Mosquitto.ReasonWords(reason)})",
        _ => $"{broker} refuses the session: {Mosquitto.ReasonWords(reason)} ({reason})",
    };

    /// <summary>The broker ended a standing session.</summary>
    public static string Sent(int reason, BrokerAddress broker) => reason == TakenOver
        ? $"somebody else came to {broker} under this box's name: two boxes must not have one name (cloud: box), and a key that was copied must be replaced"
        : $"{broker} ended the session: {Mosquitto.ReasonWords(reason)} ({reason})";

    private static string Certificate(string complaint, BrokerAddress broker) => complaint switch
    {
        var words when words.Contains("host name verification", StringComparison.OrdinalIgnoreCase) => $"its certificate is not for the host {broker.Host}",
        var words when words.Contains("alert", StringComparison.Ordinal) && words.Contains("tls", StringComparison.OrdinalIgnoreCase) && !words.Contains("certificate verify failed", StringComparison.Ordinal) => $"the broker does not accept the box's certificate ({words})",
        var words when words.Contains("certificate verify failed", StringComparison.Ordinal) => $"its certificate is not accepted: not signed by {broker.TrustFile}, or expired, or the clock of this machine is wrong; openssl s_client -connect {broker.Host}:{broker.Port} -CAfile {broker.TrustFile} says which",
        "" => "the broker broke off the handshake: it may want a certificate of the box",
        var words => words,
    };
}
