using System.Buffers.Binary;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The slave's half of the Modbus protocol data unit: one request, taken apart strictly, and the encoding of its answers.</summary>
/// <remarks>Source: Modbus Application Protocol 1.1b3, §6 (the state diagrams say which exception answers what).</remarks>
public readonly record struct ModbusRequest(byte Function, RegisterSpan Span)
{
    /// <summary>True for functions 5, 6, 15 and 16.</summary>
    public bool IsWrite => Function is 5 or 6 or 15 or 16;

    /// <summary>Which write function the master chose; meaningful only if <see cref="IsWrite"/>.</summary>
    public WriteFunction WriteFunction => Function is 5 or 6 ? WriteFunction.Single : WriteFunction.Multiple;

    /// <summary>Takes a request PDU apart; a write's values (bits as 0/1) go into <paramref name="values"/>, at least 1968 long.
    /// Returns 0, or the exception code that answers this request.</summary>
    public static byte Parse(byte unit, ReadOnlySpan<byte> pdu, Span<ushort> values, out ModbusRequest request)
    {
        byte function = pdu[0];
        request = new ModbusRequest(function, default);
        if (SpaceOf(function) is not { } space)
            return ModbusExceptionCode.IllegalFunction;
        if (pdu.Length < 5)
            return ModbusExceptionCode.IllegalDataValue;
        ushort address = BinaryPrimitives.ReadUInt16BigEndian(pdu[1..]);
        ushort word = BinaryPrimitives.ReadUInt16BigEndian(pdu[3..]);
        bool single = function is 5 or 6;
        request = new ModbusRequest(function, new RegisterSpan(unit, space, address, single ? (ushort)1 : word));
        bool sound = request.IsWrite
            ? single ? ReadSingle(space, pdu, word, values) : ReadMultiple(space, pdu, word, values)
            : pdu.Length == 5 && word >= 1 && word <= ModbusPdu.MaxRead(space);
        if (!sound)
            return ModbusExceptionCode.IllegalDataValue;
        return address + request.Span.Count > 0x10000 ? ModbusExceptionCode.IllegalDataAddress : ModbusExceptionCode.None;
    }

    /// <summary>Writes the good reply to a read and returns its length.</summary>
    public int EncodeReadReply(ReadOnlySpan<ushort> values, Span<byte> pdu)
    {
        int bytes = ModbusPdu.PackedLength(Span.Space, values.Length);
        pdu[0] = Function;
        pdu[1] = (byte)bytes;
        ModbusPdu.Pack(Span.Space, values, pdu.Slice(2, bytes));
        return 2 + bytes;
    }

    /// <summary>Writes the good reply to a write, the first five bytes of its request, and returns its length.</summary>
    public static int EncodeWriteReply(ReadOnlySpan<byte> request, Span<byte> pdu)
    {
        request[..5].CopyTo(pdu);
        return 5;
    }

    /// <summary>Writes an exception reply and returns its length.</summary>
    public static int EncodeException(byte function, byte code, Span<byte> pdu)
    {
        pdu[0] = (byte)(function | ModbusPdu.ExceptionBit);
        pdu[1] = code;
        return 2;
    }

    private static RegisterSpace? SpaceOf(byte function) => function switch
    {
        1 or 5 or 15 => RegisterSpace.Coil,
        2 => RegisterSpace.DiscreteInput,
        3 or 6 or 16 => RegisterSpace.HoldingRegister,
        4 => RegisterSpace.InputRegister,
        _ => null,
    };

    private static bool ReadSingle(RegisterSpace space, ReadOnlySpan<byte> pdu, ushort word, Span<ushort> values)
    {
        bool bit = space == RegisterSpace.Coil;
        values[0] = bit ? (ushort)(word == 0 ? 0 : 1) : word;
        return pdu.Length == 5 && (!bit || word is 0x0000 or 0xFF00);
    }

    private static bool ReadMultiple(RegisterSpace space, ReadOnlySpan<byte> pdu, ushort count, Span<ushort> values)
    {
        if (count < 1 || count > ModbusPdu.MaxWrite(space) || pdu.Length < 6)
            return false;
        int bytes = ModbusPdu.PackedLength(space, count);
        if (pdu[5] != bytes || pdu.Length != 6 + bytes)
            return false;
        ModbusPdu.Unpack(space, pdu[6..], values[..count]);
        return true;
    }
}
