using System.Collections.Immutable;
using System.Text;

namespace SmartEms.Edge.Core.Describing;

/// <summary>What a device's line is made of.</summary>
public enum LinkKind : byte
{
    /// <summary>Modbus TCP.</summary>
    Tcp,

    /// <summary>Modbus RTU on a serial port of this machine.</summary>
    Rtu,

    /// <summary>RTU frames through a TCP connection, as plain serial servers hand them on.</summary>
    RtuOverTcp,
}

/// <summary>The parity bit of each character on a serial line.</summary>
public enum LineParity : byte
{
    None,
    Even,
    Odd,
}

/// <summary>How a serial line is spoken on; all devices on it share this. Eight data bits always.</summary>
/// <param name="Baud">Bits per second, 300–4,000,000.</param>
/// <param name="StopBits">1 or 2.</param>
/// <param name="Rs485">The kernel switches the transceiver's direction.</param>
public sealed record SerialLine(int Baud = 9_600, LineParity Parity = LineParity.None, int StopBits = 1, bool Rs485 = false)
{
    public static SerialLine Default { get; } = new();
}

/// <summary>Where a device answers: host and port, or, for <see cref="LinkKind.Rtu"/>, the device file as the host and port 0.
/// <see cref="Units"/> holds further unit ids a profile asks for by name (a gateway's battery unit).</summary>
public sealed record DeviceLink(string Host, int Port, byte Unit)
{
    public LinkKind Kind { get; init; }

    /// <summary>Meaningful for <see cref="LinkKind.Rtu"/> only.</summary>
    public SerialLine Serial { get; init; } = SerialLine.Default;

    /// <summary>The line brings our own bytes back before the answer.</summary>
    public bool Echoes { get; init; }
    public ImmutableDictionary<string, byte> Units { get; init; } = ImmutableDictionary<string, byte>.Empty;

    /// <summary>The line without how it is spoken on: devices of one place share a line.</summary>
    public string Place => Kind switch
    {
        LinkKind.Rtu => $"rtu://{Host}",
        LinkKind.RtuOverTcp => $"rtutcp://{Host}:{Port}",
        _ => $"tcp://{Host}:{Port}",
    };

    /// <summary>The same device, spoken to in the same way.</summary>
    public bool IsSame(DeviceLink other) => this with { Units = other.Units } == other && Units.Count == other.Units.Count && Units.All(unit => other.Units.TryGetValue(unit.Key, out var id) && id == unit.Value);

    /// <summary>As in the site file, what is usual left out, with the unit behind it: rtu:///dev/ttyUSB0?baud=19200#7.</summary>
    public override string ToString()
    {
        var shown = new StringBuilder(Place);
        void Add(bool isUnusual, string setting)
        {
            if (isUnusual)
                shown.Append(shown.Length == Place.Length ? '?' : '&').Append(setting);
        }
        Add(Serial.Baud != SerialLine.Default.Baud, $"baud={Serial.Baud}");
        Add(Serial.Parity != LineParity.None, Serial.Parity == LineParity.Even ? "parity=even" : "parity=odd");
        Add(Serial.StopBits != 1, "stop=2");
        Add(Serial.Rs485, "rs485=1");
        Add(Echoes, "echo=1");
        return shown.Append('#').Append(Unit).ToString();
    }
}
