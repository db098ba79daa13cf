using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing.Sensors;

/// <summary>Texas Instruments INA226, bus voltage and current by a shunt (datasheet SBOS547, "Register Maps" §7.6: shunt voltage 01h, LSB 2.5 µV, two's
/// complement; bus voltage 02h, LSB 1.25 mV; manufacturer ID FEh = 5449h). Current is taken from the shunt voltage, so nothing needs to be written.</summary>
/// <param name="shuntOhms">Resistance of the shunt, Ω, above 0.</param>
public sealed class Ina226(byte address, double shuntOhms) : I2cSensor(address)
{
    private const double ShuntVoltsPerBit = 2.5e-6;
    private const double BusVoltsPerBit = 1.25e-3;
    private const ushort TexasInstruments = 0x5449;

    public override string Kind => "ina226";

    public override ImmutableArray<I2cStep> Steps { get; } = [new([0xFE], 2), new([0x01], 2), new([0x02], 2)];

    public override ImmutableArray<(string Name, string Unit)> Measures { get; } = [("voltage", "V"), ("current", "A"), ("power", "W")];

    /// <summary>Current is positive from IN+ to IN−. Another chip at the address is Malformed; so is a bus voltage with bit 15 set, which the chip never gives.</summary>
    public override ImmutableArray<SensorValue> Decode(ReadOnlySpan<byte> bytes)
    {
        var bus = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes) != TexasInstruments || bus > short.MaxValue)
            return Bad(BadReason.Malformed);
        var (volts, amperes) = (bus * BusVoltsPerBit, BinaryPrimitives.ReadInt16BigEndian(bytes[2..]) * ShuntVoltsPerBit / shuntOhms);
        return [Good("voltage", "V", volts), Good("current", "A", amperes), Good("power", "W", volts * amperes)];
    }
}
