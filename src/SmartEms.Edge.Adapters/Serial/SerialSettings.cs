namespace SmartEms.Edge.Adapters.Serial;

/// <summary>The parity bit of each character.</summary>
public enum SerialParity : byte
{
    None,
    Even,
    Odd,
}

/// <summary>Which serial port is meant and how its characters look; eight data bits always, as Modbus RTU wants.</summary>
public sealed record SerialSettings
{
    /// <summary>Slowest and fastest rate that is tried, Bd.</summary>
    public const int MinBaud = 300;
    public const int MaxBaud = 4_000_000;

    /// <summary>At this rate and below, silence is counted in characters; above it the times are fixed (Modbus over Serial Line 1.02, §2.5.1.1).</summary>
    private const int FixedGapAbove = 19_200;

    /// <summary>The device file, such as /dev/ttyUSB0 or a name under /dev/serial/by-id.</summary>
    public string Device { get; }

    /// <summary>Bits per second; any rate the hardware can divide, not only the usual ones.</summary>
    public int Baud { get; init => field = Within(value, MinBaud, MaxBaud); } = 9_600;

    public SerialParity Parity { get; init; }

    /// <summary>1 or 2.</summary>
    public int StopBits { get; init => field = Within(value, 1, 2); } = 1;

    /// <summary>Lets the kernel switch the direction of an RS-485 transceiver by RTS; most USB adapters switch by themselves and want false.</summary>
    public bool Rs485 { get; init; }

    /// <summary>Throws <see cref="ArgumentException"/> for an empty name.</summary>
    public SerialSettings(string device)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(device);
        Device = device;
    }

    /// <summary>Bits of one character on the wire, start and stop bits included.</summary>
    public int BitsPerCharacter => 9 + (Parity == SerialParity.None ? 0 : 1) + StopBits;

    /// <summary>How long so many bytes take on the wire.</summary>
    public TimeSpan WireTime(int bytes) => TimeSpan.FromSeconds((double)bytes * BitsPerCharacter / Baud);

    /// <summary>The silence between two frames: 3.5 characters, but 1.75 ms above 19,200 Bd.</summary>
    public TimeSpan FrameGap => Baud > FixedGapAbove ? TimeSpan.FromMicroseconds(1_750) : TimeSpan.FromSeconds(3.5 * BitsPerCharacter / Baud);

    /// <summary>As technicians write it: "9600 8N1".</summary>
    public override string ToString() => $"{Device} {Baud} 8{(Parity == SerialParity.None ? 'N' : Parity == SerialParity.Even ? 'E' : 'O')}{StopBits}";

    private static int Within(int value, int min, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, min);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, max);
        return value;
    }
}
