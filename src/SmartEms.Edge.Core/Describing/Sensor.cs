namespace SmartEms.Edge.Core.Describing;

/// <summary>Models of I²C chips the program can read.</summary>
public enum SensorKind : byte
{
    Ina226 = 1,
    Ads1115 = 2,
    Sht3x = 3,
    Lm75 = 4,
    Mcp23017 = 5,
}

/// <summary>A chip on an I²C bus of this machine: measured, recorded and shown; no decision hangs on it.</summary>
/// <param name="Bus">The bus by its device name ("i2c-1") or by its adapter's own name.</param>
/// <param name="Address">7 bits, 0x03–0x77.</param>
public sealed record Sensor(string Name, SensorKind Kind, string Bus, byte Address)
{
    /// <summary>The shunt of an INA226, Ω, above 0.</summary>
    public double ShuntOhms { get; init; } = 0.1;

    /// <summary>The range of an ADS1115, V: one of those its amplifier has.</summary>
    public double FullScaleVolts { get; init; } = 4.096;

    /// <summary>The resolution of an LM75, 9 to 12 bits.</summary>
    public int Bits { get; init; } = 11;
}
