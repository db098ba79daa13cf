using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Discovery;

/// <summary>A line as a person names it on the command line: tcp://host:port, rtutcp://host:port, rtu:///dev/ttyUSB0?baud=9600, or a bare host.</summary>
internal sealed record WireTarget(string Text, LineSettings Settings)
{
    private const int ModbusPort = 502;

    /// <summary>Refuses what is not a line, with the forms that are.</summary>
    public static WireTarget Parse(string text, TimeSpan timeout)
    {
        var isBare = !text.Contains("://", StringComparison.Ordinal);
        var read = Connect.Parse(isBare ? $"tcp://{text}" : text, ModbusPort);
        if (read.Value is not { } link)
            throw new Refusal(Exit.Usage, "connect_unclear", read.Problems[0].What, read.Problems[0].Remedy ?? "");
        var settings = Wiring.Of(link);
        return new(isBare ? link.Place : text, settings with { ConnectTimeout = TimeSpan.FromTicks(Math.Max(timeout.Ticks, TimeSpan.FromSeconds(1).Ticks)), TransactionTimeout = timeout });
    }

    /// <summary>A master of its own; it connects with the first transaction.</summary>
    public ModbusMaster Open(TimeProvider time) => new(Settings, time);

    /// <summary>Why a transaction gave nothing, as an ending of the program.</summary>
    public Refusal Failure(RegisterSpan span, BusReply reply, string? fault) => reply.Status switch
    {
        BusStatus.Exception => new(
            Exit.DeviceRefused, "device_exception", $"{Text} unit {span.Unit} answers {Spaces.Name(span.Space)} {span.Address}+{span.Count} with exception {reply.ExceptionCode}: {Meaning(reply.ExceptionCode)}", Remedy(reply.ExceptionCode)),
        BusStatus.Unreachable when fault?.StartsWith("no permission", StringComparison.Ordinal) == true => new(Exit.NoPermission, "no_permission", $"{Text}: {fault}", ""),
        BusStatus.Unreachable => new(Exit.DeviceUnreachable, "device_unreachable", $"{Text} cannot be reached: {fault ?? "no connection"}", fault?.Contains(';', StringComparison.Ordinal) == true ? "" : "is the address right, the device on, and its Modbus server switched on? smartems scan looks for it"),
        BusStatus.Timeout => new(Exit.DeviceUnreachable, "device_silent", $"{Text} unit {span.Unit} does not answer within {Settings.TransactionTimeout.TotalSeconds:0.###} s", $"another unit id? smartems modbus probe {Text} tries the usual ones; --timeout waits longer"),
        _ => new(Exit.DeviceUnreachable, "device_garbled", $"{Text} unit {span.Unit} did not answer as a Modbus device: {fault ?? reply.ToString()}", "is another program connected (many gateways serve one client), or is it another protocol?"),
    };

    /// <summary>What an exception code says (Modbus Application Protocol 1.1b3, §7).</summary>
    public static string Meaning(byte code) => code switch
    {
        ModbusExceptionCode.IllegalFunction => "this function is not supported",
        ModbusExceptionCode.IllegalDataAddress => "no such register",
        ModbusExceptionCode.IllegalDataValue => "value or length not allowed",
        ModbusExceptionCode.DeviceFailure => "the device failed",
        ModbusExceptionCode.Acknowledge => "accepted, but it takes a while",
        ModbusExceptionCode.DeviceBusy => "busy",
        ModbusExceptionCode.GatewayPathUnavailable => "the gateway knows no way to this unit",
        ModbusExceptionCode.GatewayTargetSilent => "the unit behind the gateway does not answer",
        _ => "a code of the vendor's own",
    };

    private static string Remedy(byte code) => code switch
    {
        ModbusExceptionCode.IllegalFunction => "try another space: --space input or --space holding; for a write --function single or multiple",
        ModbusExceptionCode.IllegalDataAddress => "addresses count from 0: document register 40001 is 0 here; smartems modbus dump finds what is readable",
        ModbusExceptionCode.IllegalDataValue => "fewer registers at once: a smaller --count",
        ModbusExceptionCode.DeviceBusy or ModbusExceptionCode.Acknowledge => "ask again in a second",
        ModbusExceptionCode.GatewayPathUnavailable or ModbusExceptionCode.GatewayTargetSilent => "another --unit, or look at the wiring behind the gateway",
        _ => "the vendor's document tells what it means",
    };
}

/// <summary>The four tables by their names, and the reference numbers vendors' documents use.</summary>
internal static class Spaces
{
    public static string Name(RegisterSpace space) => Words.Of(space);

    /// <summary>The space of a name, or null.</summary>
    public static RegisterSpace? Find(string name) => name switch
    {
        "coil" => RegisterSpace.Coil,
        "discrete" => RegisterSpace.DiscreteInput,
        "input" => RegisterSpace.InputRegister,
        "holding" => RegisterSpace.HoldingRegister,
        _ => null,
    };

    /// <summary>The 1-based reference of a 0-based address: 40001 for holding register 0, six digits where five do not reach.</summary>
    public static string Reference(RegisterSpace space, int address)
    {
        var digit = space switch { RegisterSpace.Coil => 0, RegisterSpace.DiscreteInput => 1, RegisterSpace.InputRegister => 3, _ => 4 };
        return address < 9_999 ? $"{digit}{address + 1:0000}" : $"{digit}{address + 1:00000}";
    }
}
