using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing.Sensors;

/// <summary>Texas Instruments ADS1115, four analogue inputs of 16 bits against ground (datasheet SBAS444, "Register Map": conversion 00h, two's complement,
/// config 01h with OS bit 15, MUX 14:12, PGA 11:9, MODE bit 8, DR 7:5, comparator off 1:0 = 11b). Each reading is four single shots at 128 samples/s.</summary>
/// <param name="fullScaleVolts">Full-scale range: 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256 V. An input must never exceed the supply by 0.3 V.</param>
public sealed class Ads1115(byte address, double fullScaleVolts) : I2cSensor(address)
{
    /// <summary>The ranges of the gain amplifier, in the order of their PGA codes 0 to 5.</summary>
    public static ImmutableArray<double> FullScales { get; } = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256];

    private const int Channels = 4;
    private const int StepBytes = 4;
    private const ushort Start = 0x8000;
    private const ushort SingleEnded = 0x4000; // MUX 100b: AIN0 against GND; the next codes are AIN1 to AIN3
    private const ushort SingleShot128NoComparator = 0x0183;
    private const int ConversionMs = 9; // 1/128 s, 10 % slower at worst

    public override string Kind => "ads1115";

    public override ImmutableArray<I2cStep> Steps { get; } = [.. Enumerable.Range(0, Channels).SelectMany(channel => Shot(channel, fullScaleVolts))];

    public override ImmutableArray<(string Name, string Unit)> Measures { get; } = [("voltage0", "V"), ("voltage1", "V"), ("voltage2", "V"), ("voltage3", "V")];

    /// <summary>A channel whose conversion had not ended (OS bit still 0) is a Timeout; at the end of the range it is Implausible, because it may be beyond.</summary>
    public override ImmutableArray<SensorValue> Decode(ReadOnlySpan<byte> bytes)
    {
        var values = ImmutableArray.CreateBuilder<SensorValue>(Channels);
        for (var channel = 0; channel < Channels; channel++)
        {
            var of = bytes.Slice(channel * StepBytes, StepBytes);
            var (isReady, code) = ((of[0] & 0x80) != 0, BinaryPrimitives.ReadInt16BigEndian(of[2..]));
            var sample = !isReady ? Sample.Bad(BadReason.Timeout)
                : code is short.MaxValue or short.MinValue ? Sample.Bad(BadReason.Implausible)
                : new(code * fullScaleVolts / 32768, Quality.Good());
            values.Add(new($"voltage{channel}", "V", sample));
        }
        return values.ToImmutable();
    }

    private static I2cStep[] Shot(int channel, double fullScaleVolts)
    {
        var gain = FullScales.IndexOf(fullScaleVolts);
        if (gain < 0)
            throw new ArgumentOutOfRangeException(nameof(fullScaleVolts), fullScaleVolts, "Not a range of the ADS1115.");
        var config = (ushort)(Start | (SingleEnded + (channel << 12)) | (gain << 9) | SingleShot128NoComparator);
        return [new([0x01, (byte)(config >> 8), (byte)(config & 0xFF)], 0, ConversionMs), new([0x01], 2), new([0x00], 2)];
    }
}
