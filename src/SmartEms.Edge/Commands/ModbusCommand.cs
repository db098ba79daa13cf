using System.CommandLine;
using System.Globalization;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Discovery;

namespace SmartEms.Edge.Commands;

/// <summary>smartems modbus: the raw tool, straight at a device and without the daemon. What its verbs share stands here.</summary>
internal static class ModbusCommand
{
    public static Argument<string> Connect { get; } = new("connect") { Description = "tcp://host:port, rtutcp://host:port or rtu:///dev/ttyUSB0?baud=9600" };

    public static Option<int> Unit { get; } = new("--unit", "-u")
    {
        Description = "unit id, 0–255",
        DefaultValueFactory = _ => 1,
        HelpName = "id",
        Validators = { result => { if (result.Tokens is [{ Value: var text }] && !byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)) result.AddError($"--unit takes 0 to 255, not '{text}'."); } },
    };

    public static Option<string> Space { get; } = new("--space")
    {
        Description = "holding, input, coil or discrete",
        DefaultValueFactory = _ => "holding",
        HelpName = "space",
        CompletionSources = { "holding", "input", "coil", "discrete" },
        Validators = { result => { if (result.Tokens is [{ Value: var text }] && Spaces.Find(text) is null) result.AddError($"--space takes holding, input, coil or discrete, not '{text}'."); } },
    };

    public static Option<double> Timeout { get; } = new("--timeout")
    {
        Description = "seconds an answer is waited for, 0.05–60",
        DefaultValueFactory = _ => 1,
        HelpName = "s",
        Validators = { result => { if (result.Tokens is [{ Value: var text }] && !(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var s) && s is >= 0.05 and <= 60)) result.AddError($"--timeout takes 0.05 to 60 seconds, not '{text}'."); } },
    };

    public static Option<string> Words { get; } = new("--words")
    {
        Description = "order of words in 32 and 64 bits: ABCD, or CDAB (swapped)",
        DefaultValueFactory = _ => "ABCD",
        HelpName = "order",
        CompletionSources = { "ABCD", "CDAB" },
        Validators = { result => { if (result.Tokens is [{ Value: not ("ABCD" or "CDAB") } other]) result.AddError($"--words takes ABCD or CDAB, not '{other.Value}'."); } },
    };

    public static Option<string?> Type { get; } = new("--type", "-t")
    {
        Description = "u16, s16, u32, s32, u64, s64, f32 or f64; read shows every way without it",
        HelpName = "type",
        CompletionSources = { "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64" },
        Validators = { result => { if (result.Tokens is [{ Value: var text }] && TypeOf(text) is null) result.AddError($"--type takes u16, s16, u32, s32, u64, s64, f32 or f64, not '{text}'."); } },
    };

    public static Command Build(Screen screen) => new("modbus", "read, write, probe and dump a device directly; the daemon is not needed")
    {
        ModbusReadCommand.Build(screen),
        ModbusProbeCommand.Build(screen),
        ModbusDumpCommand.Build(screen),
        ModbusWriteCommand.Build(screen),
    };

    public static WireTarget Target(ParseResult parsed) => WireTarget.Parse(parsed.GetValue(Connect)!, TimeSpan.FromSeconds(parsed.GetValue(Timeout)));

    public static RegisterSpace SpaceOf(ParseResult parsed) => Spaces.Find(parsed.GetValue(Space)!)!.Value;

    public static WordOrder OrderOf(ParseResult parsed) => parsed.GetValue(Words) == "CDAB" ? WordOrder.LittleEndian : WordOrder.BigEndian;

    public static RegisterType? TypeOf(string? text) => text switch
    {
        "u16" => RegisterType.U16,
        "s16" => RegisterType.S16,
        "u32" => RegisterType.U32,
        "s32" => RegisterType.S32,
        "u64" => RegisterType.U64,
        "s64" => RegisterType.S64,
        "f32" => RegisterType.F32,
        "f64" => RegisterType.F64,
        _ => null,
    };

    /// <summary>A 0-based address, decimal or hexadecimal; refused with the remedy when no register can have it.</summary>
    public static ushort Address(string text)
    {
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (isHex ? int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var at) : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out at))
            if (at is >= 0 and <= 0xFFFF)
                return (ushort)at;
        var digits = text.Length == 6 && text[0] is '3' or '4' && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
        var hint = digits ? $"addresses count from 0: document register {text} is address {int.Parse(text.AsSpan(1), CultureInfo.InvariantCulture) - 1} with --space {(text[0] == '3' ? "input" : "holding")}" : "0 to 65535, or hexadecimal as in 0x9C40";
        throw new Refusal(Exit.Usage, "no_such_register", $"there is no register {text}", hint);
    }

    /// <summary>The span, or a refusal when no single request can carry it.</summary>
    public static RegisterSpan SpanOf(ParseResult parsed, ushort address, int count)
    {
        var space = SpaceOf(parsed);
        var most = ModbusPdu.MaxRead(space);
        if (count < 1 || count > most)
            throw new Refusal(Exit.Usage, "count_too_large", $"one request reads 1 to {most} of the {Spaces.Name(space)} table, not {count}", $"smartems modbus dump {parsed.GetValue(Connect)} reads longer ranges");
        if (address + count > 0x10000)
            throw new Refusal(Exit.Usage, "no_such_register", $"{address} and {count} more run past the last register, 65535", $"--count {0x10000 - address} at most");
        return new((byte)parsed.GetValue(Unit), space, address, (ushort)count);
    }

    /// <summary>"unit 1, holding".</summary>
    public static string Place(WireTarget target, RegisterSpan span) => $"{target.Text} unit {span.Unit}, {Spaces.Name(span.Space)}";
}
