using SmartEms.Edge.Adapters.Serial;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A serial line with Modbus RTU devices on it.</summary>
public sealed record ModbusRtuSettings(SerialSettings Serial) : LineSettings
{
    /// <summary>The port itself: the names udev gives are links to it, and one port is one line.</summary>
    public override string Place { get; } = RealPath(Serial.Device);

    public override WireFraming Framing => WireFraming.Rtu;

    public override TimeSpan FrameGap => Serial.FrameGap;

    /// <summary>A port that is opened anew still gets what a device was about to say.</summary>
    public override bool IsConnection => false;

    public override TimeSpan WireTime(int bytes) => Serial.WireTime(bytes);

    public override ByteLink NewLink() => new SerialLink(Serial);

    public override string? Differs(LineSettings other)
    {
        if (base.Differs(other) is { } otherwise)
            return otherwise;
        SerialSettings theirs = ((ModbusRtuSettings)other).Serial;
        bool isSame = (theirs.Baud, theirs.Parity, theirs.StopBits, theirs.Rs485, other.Echoes) == (Serial.Baud, Serial.Parity, Serial.StopBits, Serial.Rs485, Echoes);
        return isSame ? null : theirs.ToString();
    }

    public override string ToString() => Serial.ToString();

    private static string RealPath(string device)
    {
        try
        {
            return File.ResolveLinkTarget(device, returnFinalTarget: true)?.FullName ?? device;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return device; // not there yet: opening it will say so
        }
    }
}
