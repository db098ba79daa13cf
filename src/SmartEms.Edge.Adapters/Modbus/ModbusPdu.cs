using System.Buffers.Binary;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The master's half of the Modbus protocol data unit, free of any framing: requests are encoded, replies are believed only if they answer exactly that request.</summary>
/// <remarks>Source: Modbus Application Protocol 1.1b3, §6. Functions 1, 2, 3, 4, 5, 6, 15 and 16.</remarks>
public static class ModbusPdu
{
    /// <summary>Longest PDU in bytes (§4.1).</summary>
    public const int MaxLength = 253;

    /// <summary>Set in the function code of an exception reply.</summary>
    public const byte ExceptionBit = 0x80;

    public const int MaxReadRegisters = 125;
    public const int MaxWriteRegisters = 123;
    public const int MaxReadBits = 2000;
    public const int MaxWriteBits = 1968;

    /// <summary>Most elements one read of this space may ask for.</summary>
    public static int MaxRead(RegisterSpace space) => IsBits(space) ? MaxReadBits : MaxReadRegisters;

    /// <summary>Most elements one write to this space may carry; 0 for the two read-only spaces.</summary>
    public static int MaxWrite(RegisterSpace space) => space switch
    {
        RegisterSpace.Coil => MaxWriteBits,
        RegisterSpace.HoldingRegister => MaxWriteRegisters,
        _ => 0,
    };

    /// <summary>True for the spaces of single bits (coils and discrete inputs).</summary>
    public static bool IsBits(RegisterSpace space) => space is RegisterSpace.Coil or RegisterSpace.DiscreteInput;

    /// <summary>Refuses a read no Modbus device could answer. Throws <see cref="ArgumentException"/> naming the limit.</summary>
    public static void CheckRead(RegisterSpan span, int intoLength)
    {
        if (span.Space > RegisterSpace.HoldingRegister)
            throw new ArgumentException($"{(byte)span.Space} is not a register space.", nameof(span));
        if (span.Count < 1 || span.Count > MaxRead(span.Space))
            throw new ArgumentException($"A read of {span} is illegal: 1 to {MaxRead(span.Space)} elements fit one request.", nameof(span));
        CheckPlace(span, intoLength);
    }

    /// <summary>Refuses a write no Modbus device could take. Throws <see cref="ArgumentException"/> naming the limit.</summary>
    public static void CheckWrite(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function)
    {
        int most = function == WriteFunction.Single ? Math.Min(1, MaxWrite(span.Space)) : MaxWrite(span.Space);
        if (most == 0)
            throw new ArgumentException($"A write of {span} is illegal: only coils and holding registers can be written.", nameof(span));
        if (span.Count < 1 || span.Count > most)
            throw new ArgumentException($"A {function} write of {span} is illegal: 1 to {most} elements fit one request.", nameof(span));
        CheckPlace(span, values.Length);
        if (span.Space == RegisterSpace.Coil && values.ContainsAnyExceptInRange<ushort>(0, 1))
            throw new ArgumentException("A coil is 0 or 1.", nameof(values));
    }

    /// <summary>Writes the request PDU of a read (5 bytes) and returns its length. The span must have passed <see cref="CheckRead"/>.</summary>
    public static int EncodeRead(RegisterSpan span, Span<byte> pdu)
    {
        pdu[0] = ReadFunction(span.Space);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], span.Address);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], span.Count);
        return 5;
    }

    /// <summary>Writes the request PDU of a write and returns its length. The span must have passed <see cref="CheckWrite"/>.</summary>
    public static int EncodeWrite(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function, Span<byte> pdu)
    {
        bool bits = IsBits(span.Space);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], span.Address);
        if (function == WriteFunction.Single)
        {
            pdu[0] = (byte)(bits ? 5 : 6);
            ushort value = bits ? (ushort)(values[0] == 0 ? 0x0000 : 0xFF00) : values[0];
            BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], value);
            return 5;
        }

        pdu[0] = (byte)(bits ? 15 : 16);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], span.Count);
        int bytes = PackedLength(span.Space, span.Count);
        pdu[5] = (byte)bytes;
        Pack(span.Space, values, pdu.Slice(6, bytes));
        return 6 + bytes;
    }

    /// <summary>How long the good reply to this request must be, in bytes; an exception reply is always 2.</summary>
    public static int ReplyLength(ReadOnlySpan<byte> request) => request[0] switch
    {
        1 or 2 => 2 + ((BinaryPrimitives.ReadUInt16BigEndian(request[3..]) + 7) / 8),
        3 or 4 => 2 + (2 * BinaryPrimitives.ReadUInt16BigEndian(request[3..])),
        _ => 5,
    };

    /// <summary>Believes a read's reply only if function, byte count and length all fit; <paramref name="into"/> is touched only then.</summary>
    public static BusReply DecodeRead(ReadOnlySpan<byte> request, ReadOnlySpan<byte> reply, Span<ushort> into)
    {
        if (DecodeException(request, reply) is { } refused)
            return refused;
        int length = ReplyLength(request);
        if (reply.Length != length || reply[1] != length - 2)
            return new BusReply(BusStatus.Malformed);
        Unpack(request[0] < 3 ? RegisterSpace.Coil : RegisterSpace.HoldingRegister, reply[2..], into);
        return BusReply.Ok;
    }

    /// <summary>Believes a write's reply only if it echoes the address and the value (or count) of the request.</summary>
    public static BusReply DecodeWrite(ReadOnlySpan<byte> request, ReadOnlySpan<byte> reply)
    {
        if (DecodeException(request, reply) is { } refused)
            return refused;
        return reply.SequenceEqual(request[..5]) ? BusReply.Ok : new BusReply(BusStatus.Malformed);
    }

    internal static byte ReadFunction(RegisterSpace space) => space switch
    {
        RegisterSpace.Coil => 1,
        RegisterSpace.DiscreteInput => 2,
        RegisterSpace.HoldingRegister => 3,
        _ => 4,
    };

    internal static int PackedLength(RegisterSpace space, int count) => IsBits(space) ? (count + 7) / 8 : 2 * count;

    internal static void Pack(RegisterSpace space, ReadOnlySpan<ushort> values, Span<byte> bytes)
    {
        if (!IsBits(space))
        {
            for (int i = 0; i < values.Length; i++)
                BinaryPrimitives.WriteUInt16BigEndian(bytes[(2 * i)..], values[i]);
            return;
        }

        bytes.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] != 0)
                bytes[i / 8] |= (byte)(1 << (i % 8));
        }
    }

    internal static void Unpack(RegisterSpace space, ReadOnlySpan<byte> bytes, Span<ushort> values)
    {
        bool bits = IsBits(space);
        for (int i = 0; i < values.Length; i++)
            values[i] = bits ? (ushort)((bytes[i / 8] >> (i % 8)) & 1) : BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]);
    }

    private static BusReply? DecodeException(ReadOnlySpan<byte> request, ReadOnlySpan<byte> reply)
    {
        if (reply.Length < 2)
            return new BusReply(BusStatus.Malformed);
        if (reply[0] == request[0])
            return null;
        bool exception = reply[0] == (request[0] | ExceptionBit) && reply.Length == 2 && reply[1] != ModbusExceptionCode.None;
        return exception ? new BusReply(BusStatus.Exception, reply[1]) : new BusReply(BusStatus.Malformed);
    }

    private static void CheckPlace(RegisterSpan span, int elements)
    {
        if (span.Address + span.Count > 0x10000)
            throw new ArgumentException($"{span} runs past address 65535.", nameof(span));
        if (elements != span.Count)
            throw new ArgumentException($"{span} needs {span.Count} elements, {elements} were given.", nameof(span));
    }
}
