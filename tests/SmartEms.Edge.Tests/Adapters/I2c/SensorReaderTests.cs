using SmartEms.Edge.Adapters.I2c;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Sensors;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.I2c;

/// <summary>A sensor that does not acknowledge is Bad within one reading, and Good again with the next it answers.</summary>
public class SensorReaderTests
{
    public static TheoryData<string> Kinds => ["ina226", "ads1115", "sht3x", "lm75", "mcp23017"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_nack_is_bad_within_one_reading(string kind)
    {
        I2cSensor sensor = kind switch { "ina226" => new Ina226(0x40, 0.1), "ads1115" => new Ads1115(0x48, 4.096), "sht3x" => new Sht3x(0x44), "lm75" => new Lm75(0x48, 9), _ => new Mcp23017(0x20) };
        var values = await SensorReader.ReadAsync(new SimulatedI2cBus(), sensor, TimeProvider.System, default);
        Assert.Equal(sensor.Measures, values.Select(value => (value.Name, value.Unit)));
        Assert.All(values, value => Assert.Equal(Quality.Bad(BadReason.Unreachable), value.Sample.Quality));
    }

    [Fact]
    public async Task A_sensor_goes_and_comes_back()
    {
        var (bus, sensor, chip) = (new SimulatedI2cBus(), new Lm75(0x48, 11), new RegisterChip().With(0x00, 0xF5, 0x80));
        bus.With(0x48, chip);
        Assert.Equal(-10.5, (await ReadAsync()).Value);
        bus.Remove(0x48);
        Assert.Equal(BadReason.Unreachable, (await ReadAsync()).Quality.Reason);
        bus.With(0x48, chip).Fault = I2cReply.Timeout;
        Assert.Equal(BadReason.Timeout, (await ReadAsync()).Quality.Reason);
        bus.Fault = null;
        Assert.True((await ReadAsync()).IsGood);

        async Task<Sample> ReadAsync() => (await SensorReader.ReadAsync(bus, sensor, TimeProvider.System, default))[0].Sample;
    }

    [Theory]
    [InlineData(0, I2cReply.Ok)]
    [InlineData(6, I2cReply.NoAnswer)]
    [InlineData(121, I2cReply.NoAnswer)]
    [InlineData(110, I2cReply.Timeout)]
    [InlineData(16, I2cReply.InUse)]
    [InlineData(95, I2cReply.Unsupported)]
    [InlineData(12, I2cReply.Failed)]
    public void An_errno_becomes_a_reply(int errno, I2cReply reply) => Assert.Equal(reply, KernelI2cBus.Reply(errno));

    [Fact]
    public void Without_a_bus_it_says_so()
    {
        using var scratch = new Scratch();
        Assert.Contains("no I²C bus", Assert.Throws<I2cException>(() => new KernelI2c(scratch.Of("")).Adapters()).Message, StringComparison.Ordinal);
    }
}
