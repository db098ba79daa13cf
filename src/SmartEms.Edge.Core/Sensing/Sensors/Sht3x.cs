using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing.Sensors;

/// <summary>Sensirion SHT30/31/35, temperature and humidity (datasheet SHT3x-DIS: single shot 2400h, high repeatability, no clock stretching, 15.5 ms at most
/// (table 4, §4.3); checksum §4.12; conversion §4.13: T = −45 + 175·S/(2¹⁶−1), RH = 100·S/(2¹⁶−1)).</summary>
public sealed class Sht3x(byte address) : I2cSensor(address)
{
    private const int MeasuringMs = 16;

    public override string Kind => "sht3x";

    public override ImmutableArray<I2cStep> Steps { get; } = [new([0x24, 0x00], 0, MeasuringMs), new([], 6)];

    public override ImmutableArray<(string Name, string Unit)> Measures { get; } = [("temperature", "°C"), ("humidity", "%")];

    /// <summary>Each half stands on its own checksum; a half with a wrong one is Malformed.</summary>
    public override ImmutableArray<SensorValue> Decode(ReadOnlySpan<byte> bytes) =>
    [
        new("temperature", "°C", Word(bytes[..3]) is { } t ? new(-45 + (175.0 * t / 65535), Quality.Good()) : Sample.Bad(BadReason.Malformed)),
        new("humidity", "%", Word(bytes[3..6]) is { } h ? new(100.0 * h / 65535, Quality.Good()) : Sample.Bad(BadReason.Malformed)),
    ];

    /// <summary>CRC-8 of a word: polynomial 31h, initial value FFh, not reflected, no final XOR; BEEFh gives 92h (§4.12, table 20).</summary>
    public static byte Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFF;
        foreach (var next in bytes)
        {
            crc ^= next;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 0x80) != 0 ? (crc << 1) ^ 0x131 : crc << 1;
        }
        return (byte)crc;
    }

    private static ushort? Word(ReadOnlySpan<byte> part) => Crc(part[..2]) == part[2] ? BinaryPrimitives.ReadUInt16BigEndian(part) : null;
}
