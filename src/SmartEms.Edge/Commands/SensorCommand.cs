using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Adapters.I2c;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Commands;

/// <summary>smartems i2c sensor: reads a sensor once, or again and again. A reading that failed is shown as what it is, and the last one decides the exit code.</summary>
internal static class SensorCommand
{
    private static readonly string[] Kinds = ["ina226", "ads1115", "sht3x", "lm75", "mcp23017"];

    private static readonly Argument<string> KindArgument = new("kind") { Description = string.Join(", ", Kinds) };
    private static readonly Option<double> Shunt = new("--shunt-ohms") { Description = "ina226: the shunt's resistance", HelpName = "Ω", DefaultValueFactory = _ => 0.1 };
    private static readonly Option<double> FullScale = new("--full-scale") { Description = "ads1115: the range, 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256", HelpName = "V", DefaultValueFactory = _ => 4.096 };
    private static readonly Option<int> Bits = new("--bits") { Description = "lm75: resolution, 9 (LM75) to 12 (TMP102)", HelpName = "bits", DefaultValueFactory = _ => 11 };

    public static Command Build(Screen screen, II2cBuses buses, (Argument<string> Bus, Argument<string> Address) shared)
    {
        var every = new Option<string>("--every") { Description = "time between two readings", HelpName = "time", DefaultValueFactory = _ => "1s" };
        var count = new Option<int>("--count") { Description = "how many readings; 0 = until Ctrl-C", HelpName = "readings", DefaultValueFactory = _ => 1 };
        var command = new Command("sensor", "what a sensor measures") { KindArgument, shared.Bus, shared.Address, every, count, Shunt, FullScale, Bits };
        command.SetAction((parsed, stop) => BusArguments.GuardedAsync(async () =>
        {
            var sensor = SensorOf(parsed, BusArguments.Address(parsed.GetValue(shared.Address)!));
            var (name, pause, wanted) = (parsed.GetValue(shared.Bus)!, BusArguments.Span(parsed.GetValue(every))!.Value, parsed.GetValue(count));
            using var bus = buses.Open(name);
            for (var taken = 1; ; taken++)
            {
                var values = await SensorReader.ReadAsync(bus, sensor, screen.Time, stop);
                Show(screen, parsed.IsJson(), (sensor, name), values);
                if (taken == wanted)
                    return values.Any(value => value.Sample.IsGood) ? Exit.Ok : throw Failed(sensor, name, values);
                await Task.Delay(pause, screen.Time, stop);
            }
        }));
        return command;
    }

    private static I2cSensor SensorOf(ParseResult parsed, byte address) => parsed.GetValue(KindArgument)! switch
    {
        "ina226" => new Ina226(address, parsed.GetValue(Shunt) is > 0 and < 100 and var ohms ? ohms : throw new Refusal(Exit.Usage, "shunt", "--shunt-ohms takes more than 0 and less than 100", "")),
        "ads1115" => new Ads1115(address, Ads1115.FullScales.Contains(parsed.GetValue(FullScale)) ? parsed.GetValue(FullScale) : throw new Refusal(Exit.Usage, "full_scale", "--full-scale is not a range of the chip", "6.144, 4.096, 2.048, 1.024, 0.512 or 0.256")),
        "sht3x" => new Sht3x(address),
        "lm75" => new Lm75(address, parsed.GetValue(Bits) is >= 9 and <= 12 and var bits ? bits : throw new Refusal(Exit.Usage, "bits", "--bits takes 9 to 12", "")),
        "mcp23017" => new Mcp23017(address),
        var other => throw new Refusal(Exit.Usage, "kind", $"no sensor kind {other}", Spelling.Suggest(other, Kinds, "kinds")),
    };

    private static Refusal Failed(I2cSensor sensor, string bus, ImmutableArray<SensorValue> values) =>
        new(Exit.Failed, "no_reading", $"{sensor.Kind} at 0x{sensor.Address:x2} on {bus} gives no reading: {values[0].Sample.Quality}", $"smartems i2c scan {bus} shows who answers");

    private static void Show(Screen screen, bool isJson, (I2cSensor Sensor, string Bus) of, ImmutableArray<SensorValue> values)
    {
        if (isJson)
        {
            SensorValueView[] views = [.. values.Select(value => new SensorValueView(value.Name, value.Unit, value.Sample.IsKnown ? value.Sample.Value : null, value.Sample.Quality.ToString()))];
            screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(of.Sensor.Kind, of.Bus, $"0x{of.Sensor.Address:x2}", views), BusJson.Wire.SensorView));
        }
        else
            screen.Out.WriteLine(Glyphs.For(screen.Traits, $"{of.Sensor.Kind} 0x{of.Sensor.Address:x2} {string.Join("  ", values.Select(Text))}"));
        screen.Out.Flush();
    }

    private static string Text(SensorValue value) => !value.Sample.IsKnown ? $"{value.Name} {value.Sample.Quality}"
        : value.Unit == "mask" ? $"{value.Name} 0x{(int)value.Sample.Value:x4}"
        : string.Create(CultureInfo.InvariantCulture, $"{value.Name} {value.Sample.Value:0.####} {value.Unit}");
}
