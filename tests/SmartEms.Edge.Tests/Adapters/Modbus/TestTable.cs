using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>A register table in which every register of every unit holds its own value until it is written, so that a mixed-up reply cannot look right.</summary>
internal sealed class TestTable : IRegisterTable
{
    private readonly Dictionary<(byte, RegisterSpace, int), ushort> _written = [];

    /// <summary>Units above this are not behind this gateway.</summary>
    public byte LastUnit { get; init; } = 10;

    /// <summary>Addresses from here on do not exist.</summary>
    public int Size { get; init; } = 0x10000;

    public WriteFunction? LastFunction { get; private set; }

    public static ushort Original(byte unit, RegisterSpace space, int address)
    {
        uint mixed = unchecked(((uint)address + 1) * 40503u ^ unit * 977u ^ (uint)space * 7919u);
        return (ushort)(ModbusPdu.IsBits(space) ? (mixed >> 7) & 1 : mixed & 0xFFFF);
    }

    public void Set(byte unit, RegisterSpace space, int address, params ushort[] values)
    {
        for (int i = 0; i < values.Length; i++)
            _written[(unit, space, address + i)] = values[i];
    }

    public byte Read(RegisterSpan span, Span<ushort> into)
    {
        if (Refuse(span) is var code and not 0)
            return code;
        for (int i = 0; i < span.Count; i++)
            into[i] = _written.TryGetValue((span.Unit, span.Space, span.Address + i), out ushort value) ? value : Original(span.Unit, span.Space, span.Address + i);
        return 0;
    }

    public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function)
    {
        LastFunction = function;
        if (Refuse(span) is var code and not 0)
            return code;
        Set(span.Unit, span.Space, span.Address, values.ToArray());
        return 0;
    }

    private byte Refuse(RegisterSpan span) =>
        span.Unit > LastUnit ? ModbusExceptionCode.GatewayTargetSilent
        : span.Address + span.Count > Size ? ModbusExceptionCode.IllegalDataAddress
        : ModbusExceptionCode.None;
}
