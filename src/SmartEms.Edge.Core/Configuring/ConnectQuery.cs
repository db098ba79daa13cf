using System.Globalization;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the settings behind the question mark of a connect: how a serial line is spoken on.</summary>
internal static class ConnectQuery
{
    private static readonly string[] SerialKeys = ["baud", "parity", "stop", "rs485", "echo"];
    private static readonly string[] BusKeys = ["echo"];
    private static readonly Allowed Bauds = new(300, 4_000_000, "", "a baud rate");

    /// <summary>The link with its settings; what cannot be read is noted and left at its default.</summary>
    public static DeviceLink Read(NodeReader at, string key, string query, DeviceLink link)
    {
        if (link.Kind == LinkKind.Tcp)
        {
            at.Note(key, ProblemCodes.BadConnect, "tcp:// takes no settings", $"leave ?{query} out; baud and parity belong to rtu:///dev/ttyUSB0");
            return link;
        }
        var keys = link.Kind == LinkKind.Rtu ? SerialKeys : BusKeys;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var setting in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (setting, "") : (setting[..equals], setting[(equals + 1)..]);
            if (Array.IndexOf(keys, name) < 0)
                at.Note(key, ProblemCodes.UnknownKey, $"{Scalars.Shown(name)} is no setting of this line", Spelling.Suggest(name, keys, "settings"));
            else if (!seen.Add(name))
                at.Note(key, ProblemCodes.DuplicateKey, $"{name} is written twice", "keep one of them");
            else
                link = With(at, key, name, value, link);
        }
        return link;
    }

    private static DeviceLink With(NodeReader at, string key, string name, string value, DeviceLink link) => name switch
    {
        "baud" => link with { Serial = link.Serial with { Baud = Baud(at, key, value) } },
        "parity" => link with { Serial = link.Serial with { Parity = Parity(at, key, value) } },
        "stop" => link with { Serial = link.Serial with { StopBits = OneOf(at, key, $"stop={value}", "1", "2") ? 2 : 1 } },
        "rs485" => link with { Serial = link.Serial with { Rs485 = OneOf(at, key, $"rs485={value}", "0", "1") } },
        _ => link with { Echoes = OneOf(at, key, $"echo={value}", "0", "1") },
    };

    private static int Baud(NodeReader at, string key, string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var baud) && Bauds.Holds(baud))
            return baud;
        at.Note(key, ProblemCodes.OutOfRange, $"baud={Scalars.Shown(text)} is not a baud rate (300–4000000)", "the device's own setting; 9600 and 19200 are usual");
        return SerialLine.Default.Baud;
    }

    private static LineParity Parity(NodeReader at, string key, string text)
    {
        if (text is "none" or "even" or "odd")
            return text == "even" ? LineParity.Even : text == "odd" ? LineParity.Odd : LineParity.None;
        at.Note(key, ProblemCodes.UnknownWord, $"parity={Scalars.Shown(text)} is not a parity", "none, even or odd, as the device is set");
        return LineParity.None;
    }

    /// <summary>True for the second word.</summary>
    private static bool OneOf(NodeReader at, string key, string setting, params ReadOnlySpan<string> words)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        var (name, text) = (setting[..equals], setting[(equals + 1)..]);
        if (text != words[0] && text != words[1])
            at.Note(key, ProblemCodes.UnknownWord, $"{name}={Scalars.Shown(text)} is not understood", $"{name}={words[0]} or {name}={words[1]}");
        return text == words[1];
    }
}
