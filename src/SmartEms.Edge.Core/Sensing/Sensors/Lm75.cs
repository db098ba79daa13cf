using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing.Sensors;

/// <summary>LM75 and its kin (LM75A/B, TMP75, TMP102, DS75): temperature at register 00h, two's complement, left-justified, 1 °C in bit 8 whatever the
/// resolution: 9 bits LM75 (TI SNIS153, "Temperature Register"), 11 bits LM75B (NXP LM75B §7.4.3), 12 bits TMP102 (TI SBOS397, "Temperature Register").</summary>
/// <param name="bits">How many of the 16 bits count, 9 to 12; the others are undefined on some chips and left out.</param>
public sealed class Lm75(byte address, int bits) : I2cSensor(address)
{
    public override string Kind => "lm75";

    public override ImmutableArray<I2cStep> Steps { get; } = [new([0x00], 2)];

    public override ImmutableArray<(string Name, string Unit)> Measures { get; } = [("temperature", "°C")];

    /// <summary>Beyond −55 to 128 °C, which no such chip measures, is Implausible: a bus held high reads as −1/256, one held low as 0.</summary>
    public override ImmutableArray<SensorValue> Decode(ReadOnlySpan<byte> bytes)
    {
        var celsius = (BinaryPrimitives.ReadInt16BigEndian(bytes) >> (16 - bits)) / (double)(1 << (bits - 8));
        return celsius is < -55 or > 128 ? Bad(BadReason.Implausible) : [Good("temperature", "°C", celsius)];
    }
}
