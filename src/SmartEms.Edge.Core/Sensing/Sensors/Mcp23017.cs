using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing.Sensors;

/// <summary>Microchip MCP23017, sixteen digital lines (datasheet DS20001952, table 3-1 and 3-5, IOCON.BANK = 0 as after reset: IODIRA/B 00h/01h with
/// 1 = input, GPIOA/B 12h/13h).</summary>
public sealed class Mcp23017(byte address) : I2cSensor(address)
{
    private const byte DirectionA = 0x00;
    private const byte LevelA = 0x12;

    public override string Kind => "mcp23017";

    public override ImmutableArray<I2cStep> Steps { get; } = [new([DirectionA], 1), new([DirectionA + 1], 1), new([LevelA], 1), new([LevelA + 1], 1)];

    public override ImmutableArray<(string Name, string Unit)> Measures { get; } = [("inputs", "mask"), ("levels", "mask")];

    /// <summary>Bit 0–7 are GPA0–7, bit 8–15 GPB0–7.</summary>
    public override ImmutableArray<SensorValue> Decode(ReadOnlySpan<byte> bytes) =>
        [Good("inputs", "mask", bytes[0] | (bytes[1] << 8)), Good("levels", "mask", bytes[2] | (bytes[3] << 8))];
}
