using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Sensing.Sensors;

/// <summary>From a sensor of the site file to the chip's model.</summary>
public static class SensorChip
{
    public static I2cSensor Of(Sensor sensor) => sensor.Kind switch
    {
        SensorKind.Ina226 => new Ina226(sensor.Address, sensor.ShuntOhms),
        SensorKind.Ads1115 => new Ads1115(sensor.Address, sensor.FullScaleVolts),
        SensorKind.Sht3x => new Sht3x(sensor.Address),
        SensorKind.Lm75 => new Lm75(sensor.Address, sensor.Bits),
        SensorKind.Mcp23017 => new Mcp23017(sensor.Address),
        _ => throw new ArgumentOutOfRangeException(nameof(sensor), $"{sensor.Kind} is not a model."),
    };
}
