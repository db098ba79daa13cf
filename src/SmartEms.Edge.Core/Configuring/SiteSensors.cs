using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the I²C sensors of a site. An address of a bus belongs to one of them.</summary>
internal sealed class SiteSensors(SiteContacts lines)
{
    private const int MostSensors = 32;

    private static readonly string[] Keys = ["name", "kind", "bus", "address", "shunt_ohms", "full_scale_v", "bits"];

    private static readonly ImmutableArray<(string, SensorKind)> Kinds =
    [
        ("ina226", SensorKind.Ina226), ("ads1115", SensorKind.Ads1115), ("sht3x", SensorKind.Sht3x), ("lm75", SensorKind.Lm75), ("mcp23017", SensorKind.Mcp23017),
    ];

    private readonly Dictionary<(string Bus, byte Address), NodeReader> addresses = [];

    public ImmutableArray<Sensor> Read(NodeReader file) => [.. file.Maps("sensors", MostSensors, Keys).Select(Sensor)];

    private Sensor Sensor(NodeReader at)
    {
        var usual = new Sensor("", SensorKind.Ina226, "", 0);
        var kind = at.Word("kind", Kinds, required: true) ?? usual.Kind;
        var sensor = new Sensor(lines.Name(at), kind, at.Text("bus", required: true) ?? "", (byte)(at.Whole("address", new(0x03, 0x77, ""), required: true) ?? 0))
        {
            ShuntOhms = at.Number("shunt_ohms", new(0.000_01, 100, "Ω"), required: kind == SensorKind.Ina226) ?? usual.ShuntOhms,
            FullScaleVolts = at.Number("full_scale_v", new(0.256, 6.144, "V")) ?? usual.FullScaleVolts,
            Bits = at.Whole("bits", new(9, 12, "bits")) ?? usual.Bits,
        };
        if (!Ads1115.FullScales.Contains(sensor.FullScaleVolts) && !at.IsFaulty("full_scale_v"))
            at.Note("full_scale_v", ProblemCodes.OutOfRange, "is not a range of the chip", "6.144, 4.096, 2.048, 1.024, 0.512 or 0.256");
        OnlyOf(at, "shunt_ohms", kind == SensorKind.Ina226, "ina226");
        OnlyOf(at, "full_scale_v", kind == SensorKind.Ads1115, "ads1115");
        OnlyOf(at, "bits", kind == SensorKind.Lm75, "lm75");
        if (sensor.Address > 0 && sensor.Bus.Length > 0 && !addresses.TryAdd((sensor.Bus, sensor.Address), at))
            at.Note("address", ProblemCodes.SameAddress, $"0x{sensor.Address:x2} on {sensor.Bus} is already the sensor at line {addresses[(sensor.Bus, sensor.Address)].PlaceOf("address").Line}");
        return sensor;
    }

    private static void OnlyOf(NodeReader at, string key, bool belongs, string kind)
    {
        if (!belongs && at.Has(key))
            at.Note(key, ProblemCodes.Contradiction, $"only an {kind} has it", "remove the key");
    }
}
