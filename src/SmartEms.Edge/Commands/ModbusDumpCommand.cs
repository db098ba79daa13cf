using System.CommandLine;
using System.Globalization;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Discovery;

namespace SmartEms.Edge.Commands;

/// <summary>smartems modbus dump: a range, or a whole SunSpec map with its names, as a capture: a new device is data.</summary>
internal static class ModbusDumpCommand
{
    public static Command Build(Screen screen)
    {
        var range = new Argument<string?>("range") { Description = "as in 0-999, counted from 0; not with --sunspec", Arity = ArgumentArity.ZeroOrOne };
        var sunspec = new Option<bool>("--sunspec") { Description = "the device's whole SunSpec map, with names, units and meanings" };
        var block = new Option<int>("--block") { Description = "registers per request, 1–125", DefaultValueFactory = _ => 100, HelpName = "n" };
        var file = new Option<string?>("--to") { Description = "the capture file; standard output without it", HelpName = "file" };
        var command = new Command("dump", "reads a range into a capture file; what is refused is halved until it is known which registers exist")
        {
            ModbusCommand.Connect, range, sunspec, ModbusCommand.Unit, ModbusCommand.Space, block, file, ModbusCommand.Timeout,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var target = ModbusCommand.Target(parsed);
            var unit = (byte)parsed.GetValue(ModbusCommand.Unit);
            await using var bus = target.Open(screen.Time);
            var text = Head(target, screen);
            if (parsed.GetValue(sunspec))
                await SunSpecAsync(text, target, bus, unit, stop);
            else
                await RangeAsync(text, (target, bus), ReaderOf(parsed, bus, parsed.GetValue(block)), (unit, Range(parsed.GetValue(range)), screen), stop);
            if (parsed.GetValue(file) is not { } path)
                screen.Out.Write(text.ToString());
            else
                Write(path, text.ToString(), screen);
            return Exit.Ok;
        });
        return command;
    }

    private static CaptureText Head(WireTarget target, Screen screen) => new CaptureText()
        .Comment($"{target.Text}, read {screen.Time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} by smartems {Composition.Version}")
        .Comment("Addresses count from 0. Serial numbers are in here too: look through it before it is given away.");

    private static RangeReader ReaderOf(ParseResult parsed, ModbusMaster bus, int block)
    {
        if (block is < 1 or > ModbusPdu.MaxReadRegisters)
            throw new Refusal(Exit.Usage, "count_too_large", $"one request reads 1 to {ModbusPdu.MaxReadRegisters} registers, not {block}", "--block 100 suits most devices");
        return new(bus, (byte)parsed.GetValue(ModbusCommand.Unit), ModbusCommand.SpaceOf(parsed), block);
    }

    private static (int First, int Last) Range(string? text)
    {
        if (text is null)
            throw new Refusal(Exit.Usage, "range_missing", "say which registers, or --sunspec", "a range as in 0-999");
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var (first, last) = dash < 0 ? (ModbusCommand.Address(text), ModbusCommand.Address(text)) : (ModbusCommand.Address(text[..dash]), ModbusCommand.Address(text[(dash + 1)..]));
        return first <= last ? (first, last) : throw new Refusal(Exit.Usage, "range_unclear", $"{text} runs backwards", $"{last}-{first}");
    }

    private static async Task RangeAsync(CaptureText text, (WireTarget Target, ModbusMaster Bus) wire, RangeReader reader, (byte Unit, (int First, int Last) Range, Screen Screen) job, CancellationToken stop)
    {
        var progress = new CountedProgress(job.Screen, "reading", job.Range.Last - job.Range.First + 1);
        await reader.ReadAsync(job.Range.First, job.Range.Last, at => progress.Reached(at - job.Range.First + 1), stop);
        progress.End();
        text.Runs(job.Unit, reader.Runs);
        var found = 0;
        foreach (var run in reader.Runs)
            found += run.Words.Length;
        if (reader.Lost is { } lost && found == 0)
            throw wire.Target.Failure(new(job.Unit, reader.Runs[0].Space, (ushort)job.Range.First, 1), lost, wire.Bus.Health.LastFault);
        if (reader.Lost is not null)
            text.Comment($"the device fell silent here: {wire.Bus.Health.LastFault}");
        job.Screen.Say($"{found} registers in {reader.Requests} requests{(reader.Lost is null ? "" : "; the device fell silent before the end")}");
    }

    private static async Task SunSpecAsync(CaptureText text, WireTarget target, ModbusMaster bus, byte unit, CancellationToken stop)
    {
        var chain = await SunSpecWalk.FindAsync(bus, unit, [40_000, 50_000, 0], stop);
        if (chain.Seen.IsEmpty)
            throw bus.Health.LastStatus is BusStatus.Ok or BusStatus.Exception
                ? new Refusal(Exit.DeviceRefused, "no_sunspec", $"{target.Text} unit {unit}: {chain.Reason}", "is SunSpec switched on in the device's own settings? smartems modbus dump 0-999 reads plain registers")
                : target.Failure(new(unit, RegisterSpace.HoldingRegister, 40_000, 2), new(bus.Health.LastStatus), bus.Health.LastFault);
        text.Comment($"SunSpec map at {chain.Base}{(chain.Reason is null ? "" : $"; {chain.Reason}")}");
        text.Line(unit, RegisterSpace.HoldingRegister, chain.Base, [0x5375, 0x6E53], "\"SunS\"");
        foreach (var model in chain.Seen)
            await ModelAsync(text, bus, unit, model, stop);
        if (chain.IsFound)
            text.Line(unit, RegisterSpace.HoldingRegister, chain.Models[^1].Address + chain.Models[^1].Length + 2, [0xFFFF, 0], "end of the map");
    }

    private static async Task ModelAsync(CaptureText text, ModbusMaster bus, byte unit, SunSpecModel model, CancellationToken stop)
    {
        var reader = new RangeReader(bus, unit, RegisterSpace.HoldingRegister, 120);
        var last = Math.Min(model.Address + model.Length + 1, 0xFFFF);
        await reader.ReadAsync(model.Address, last, _ => { }, stop);
        text.Comment($"model {SunSpecTable.TitleOf(model.Id)}{(model.Id == 1 && model.Nth > 0 ? $", sub-device {model.Nth + 1}" : "")}");
        if (SunSpecTable.Models.Find(model.Id) is not { } known || reader.Runs is not [{ Reply.IsOk: true, Words: var words }])
        {
            text.Runs(unit, reader.Runs);
            return;
        }
        var at = 0;
        void Gap(int to)
        {
            if (to > at)
                text.Line(unit, RegisterSpace.HoldingRegister, model.Address + at, words.AsSpan(at, to - at), at == 0 ? $"id {model.Id}, length {model.Length}" : "");
            at = to;
        }
        foreach (var value in SunSpecDecoding.Of(known, model.Address, words))
        {
            Gap(value.Address - model.Address);
            text.Line(unit, RegisterSpace.HoldingRegister, value.Address, words.AsSpan(at, value.Point.Definition.Width), $"{value.Name}: {value.Shown}");
            at += value.Point.Definition.Width;
        }
        Gap(words.Length);
    }

    private static void Write(string path, string text, Screen screen)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(failure is UnauthorizedAccessException ? Exit.NoPermission : Exit.Failed, "not_written", $"{path} cannot be written: {failure.Message}", "name another file with --to");
        }
        screen.Say(string.Create(CultureInfo.InvariantCulture, $"written to {path}"));
    }
}
