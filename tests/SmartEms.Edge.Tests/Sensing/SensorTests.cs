using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Sensors;
using Xunit;

namespace SmartEms.Edge.Tests.Sensing;

/// <summary>From the bytes of a chip to its values, as the datasheets' own tables and examples have them.</summary>
public class SensorTests
{
    [Theory]
    [InlineData(0x7D00, 9, 125)] // LM75, SNIS153: 0 1111 1010b = +125 °C
    [InlineData(0x1900, 9, 25)]
    [InlineData(0x0080, 9, 0.5)]
    [InlineData(0x0000, 9, 0)]
    [InlineData(0xFF80, 9, -0.5)]
    [InlineData(0xE700, 9, -25)]
    [InlineData(0xC900, 9, -55)]
    [InlineData(0x7EE0, 11, 126.875)] // NXP LM75B, table 10
    [InlineData(0xFFE0, 11, -0.125)]
    [InlineData(0xF580, 11, -10.5)]
    [InlineData(0xC920, 11, -54.875)]
    [InlineData(0x4B00, 12, 75)] // TMP102, SBOS397, table of 12-bit codes
    [InlineData(0xFFC0, 12, -0.25)]
    [InlineData(0xE700, 12, -25)]
    [InlineData(0x19FF, 9, 25.5)] // the bits below the resolution do not count
    public void Lm75(int register, int bits, double celsius) =>
        Assert.Equal(celsius, Only(new Lm75(0x48, bits).Decode([(byte)(register >> 8), (byte)(register & 0xFF)])).Value);

    [Fact]
    public void What_no_lm75_measures_is_implausible() => Assert.Equal(BadReason.Implausible, Only(new Lm75(0x48, 9).Decode([0x80, 0x00])).Quality.Reason);

    [Theory]
    [InlineData(0x0000, -45)]
    [InlineData(0xFFFF, 130)]
    [InlineData(0x1111, -33.333333)]
    [InlineData(0x6666, 25)]
    public void Sht3x_temperature(int word, double celsius)
    {
        byte[] half = [(byte)(word >> 8), (byte)(word & 0xFF), Core.Sensing.Sensors.Sht3x.Crc([(byte)(word >> 8), (byte)(word & 0xFF)])];
        var values = new Sht3x(0x44).Decode([.. half, .. half]);
        Assert.Equal(celsius, values[0].Sample.Value, 6);
        Assert.Equal((celsius + 45) / 1.75, values[1].Sample.Value, 6);
    }

    [Fact]
    public void The_checksum_is_that_of_the_datasheet() => Assert.Equal(0x92, Core.Sensing.Sensors.Sht3x.Crc([0xBE, 0xEF]));

    [Fact]
    public void Every_flipped_bit_makes_its_half_malformed_and_leaves_the_other()
    {
        for (var bit = 0; bit < 48; bit++)
        {
            byte[] bytes = [0xBE, 0xEF, 0x92, 0xBE, 0xEF, 0x92];
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var values = new Sht3x(0x44).Decode(bytes);
            Assert.Equal(BadReason.Malformed, values[bit / 24].Sample.Quality.Reason);
            Assert.True(values[1 - (bit / 24)].Sample.IsGood);
        }
    }

    [Fact]
    public void Ina226_current_is_signed()
    {
        var values = new Ina226(0x40, 0.002).Decode([0x54, 0x49, 0xF0, 0x60, 0x25, 0x80]); // −4000 × 2.5 µV = −10 mV at 2 mΩ; 9600 × 1.25 mV
        Assert.Equal([12, -5, -60], values.Select(value => Math.Round(value.Sample.Value, 9)));
        Assert.Equal(BadReason.Malformed, new Ina226(0x40, 0.002).Decode([0x00, 0x49, 0, 0, 0, 0])[0].Sample.Quality.Reason);
        Assert.Equal(BadReason.Malformed, new Ina226(0x40, 0.002).Decode([0x54, 0x49, 0, 0, 0x80, 0])[1].Sample.Quality.Reason);
    }

    [Fact]
    public void Ads1115_codes_scale_with_the_range()
    {
        var values = new Ads1115(0x48, 2.048).Decode([0x85, 0x83, 0x40, 0x00, 0x85, 0x83, 0xFF, 0xFF, 0x05, 0x83, 0x40, 0x00, 0x85, 0x83, 0x7F, 0xFF]);
        Assert.Equal(1.024, values[0].Sample.Value);
        Assert.Equal(-0.0000625, values[1].Sample.Value);
        Assert.Equal((BadReason.Timeout, BadReason.Implausible), (values[2].Sample.Quality.Reason, values[3].Sample.Quality.Reason));
    }

    [Fact]
    public void Ads1115_asks_each_input_against_ground_in_single_shots()
    {
        var steps = new Ads1115(0x48, 4.096).Steps;
        ImmutableArray<byte>[] configs = [.. steps.Where(step => step.Read == 0).Select(step => step.Write)];
        Assert.Equal<byte[]>([[0x01, 0xC3, 0x83], [0x01, 0xD3, 0x83], [0x01, 0xE3, 0x83], [0x01, 0xF3, 0x83]], configs.Select(config => config.ToArray()));
    }

    [Fact]
    public void Mcp23017_ports_become_one_mask() =>
        Assert.Equal([0x0FFF, 0x3CA5], new Mcp23017(0x20).Decode([0xFF, 0x0F, 0xA5, 0x3C]).Select(value => (int)value.Sample.Value));

    private static Sample Only(ImmutableArray<SensorValue> values) => Assert.Single(values).Sample;
}
