using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Commands;

/// <summary>smartems i2c: which buses there are, who answers on them, what stands in their registers, and what sensors measure.</summary>
internal static class I2cCommand
{
    private const byte First = 0x08;
    private const byte Last = 0x77;

    private static readonly Argument<string> BusArgument = new("bus") { Description = "i2c-1, 1, or the adapter's own name, as smartems i2c list shows them" };
    private static readonly Argument<string> AddressArgument = new("address") { Description = "hexadecimal, as in 0x48" };

    public static Command Build(Screen screen, II2cBuses buses) => new("i2c", "I²C buses and their sensors: list, scan, read, sensor")
    {
        List(screen, buses), Scan(screen, buses), Read(screen, buses), SensorCommand.Build(screen, buses, (BusArgument, AddressArgument)),
    };

    private static Command List(Screen screen, II2cBuses buses)
    {
        var command = new Command("list", "every bus and the name its driver gives it");
        command.SetAction((parsed, _) => BusArguments.GuardedAsync(() =>
        {
            I2cBusView[] views = [.. buses.Adapters().Select(adapter => new I2cBusView(adapter.Device, adapter.Name))];
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(views), BusJson.Wire.I2cBusesView));
            else
                screen.Show(screen.NewPage().Table([new("BUS"), new("NAME")], [.. views.Select(view => new Ink[] { view.Device, view.Name })]));
            return Task.FromResult(Exit.Ok);
        }));
        return command;
    }

    private static Command Scan(Screen screen, II2cBuses buses)
    {
        var command = new Command("scan", "asks every address from 0x08 to 0x77 whether somebody answers; nothing is written to a register") { BusArgument };
        command.SetAction((parsed, stop) => BusArguments.GuardedAsync(() =>
        {
            var name = parsed.GetValue(BusArgument)!;
            using var bus = buses.Open(name);
            var found = new Dictionary<string, string>();
            for (var address = First; address <= Last; address++)
            {
                stop.ThrowIfCancellationRequested();
                var reply = bus.Probe(address);
                if (reply is I2cReply.Timeout or I2cReply.Unsupported)
                    throw new I2cException(false, $"the scan of {name} ended at 0x{address:x2}: {reply.Words()}", "check that SDA and SCL have pull-ups and are not shorted");
                if (reply is I2cReply.Ok or I2cReply.InUse)
                    found[$"0x{address:x2}"] = reply == I2cReply.Ok ? "answers" : "in_use";
            }
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(name, found), BusJson.Wire.I2cScanView));
            else
                Show(screen, name, found);
            return Task.FromResult(Exit.Ok);
        }));
        return command;
    }

    private static Command Read(Screen screen, II2cBuses buses)
    {
        var register = new Argument<string>("register") { Description = "hexadecimal, as in 0x00" };
        var count = new Option<int>("--count") { Description = "how many bytes, 1 to 32", HelpName = "bytes", DefaultValueFactory = _ => 1 };
        var command = new Command("read", "bytes of a register") { BusArgument, AddressArgument, register, count };
        command.SetAction((parsed, _) => BusArguments.GuardedAsync(() =>
        {
            var (address, from) = (BusArguments.Address(parsed.GetValue(AddressArgument)!), BusArguments.Register(parsed.GetValue(register)!));
            var bytes = parsed.GetValue(count) is >= 1 and <= 32 and var wanted ? new byte[wanted] : throw new Refusal(Exit.Usage, "count", "--count takes 1 to 32", "");
            using var bus = buses.Open(parsed.GetValue(BusArgument)!);
            var reply = bus.Transfer(address, [from], bytes);
            if (reply != I2cReply.Ok)
                throw Unanswered(parsed.GetValue(BusArgument)!, address, reply);
            string[] shown = [.. bytes.Select(one => $"0x{one:x2}")];
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(parsed.GetValue(BusArgument)!, $"0x{address:x2}", $"0x{from:x2}", shown), BusJson.Wire.I2cBytesView));
            else
                screen.Out.WriteLine(string.Join(' ', shown));
            return Task.FromResult(Exit.Ok);
        }));
        return command;
    }

    /// <summary>A transaction that did not succeed, as a verb ends with it.</summary>
    public static Refusal Unanswered(string bus, byte address, I2cReply reply) => new(Exit.Failed, "no_answer", $"0x{address:x2} on {bus}: {reply.Words()}", reply switch
    {
        I2cReply.InUse => "unbind the driver, or read its values in /sys/class/hwmon",
        I2cReply.Unsupported => "this adapter speaks SMBus only",
        I2cReply.Timeout => "check that SDA and SCL have pull-ups and are not shorted",
        _ => $"smartems i2c scan {bus} shows who answers; check wiring, supply and address pins",
    });

    private static void Show(Screen screen, string bus, Dictionary<string, string> found)
    {
        foreach (var (address, how) in found)
            screen.Out.WriteLine($"{address} {(how == "answers" ? "answers" : "held by a driver of the kernel")}");
        screen.Say(found.Count == 0 ? $"nobody answers on {bus}: check wiring, supply and pull-ups" : $"{found.Count} on {bus}");
    }
}
