using System.Buffers.Binary;
using System.Text;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Says in words what the bytes of a traced frame mean, for technicians.</summary>
public static class WireWords
{
    private const int MostValues = 16;

    /// <summary>"read 4 holding registers at 40000", "4 values: 1 2 3 4", "exception 0x02, illegal data address"; what was wrong when it is no frame.</summary>
    public static string Of(WireEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Direction == WireDirection.Line || entry.Note.Length > 0)
            return entry.Note;
        ReadOnlySpan<byte> pdu = Pdu(entry);
        if (pdu.Length < 2)
            return entry.Bytes.Length == 0 ? "nothing" : "no frame";
        if ((pdu[0] & ModbusPdu.ExceptionBit) != 0)
            return $"exception 0x{pdu[1]:X2}, {NameOf(pdu[1])}";
        return entry.Direction == WireDirection.Sent ? Request(entry.Unit, pdu) : Reply(pdu);
    }

    /// <summary>The exception codes as the specification calls them.</summary>
    public static string NameOf(byte exceptionCode) => exceptionCode switch
    {
        ModbusExceptionCode.IllegalFunction => "illegal function",
        ModbusExceptionCode.IllegalDataAddress => "illegal data address",
        ModbusExceptionCode.IllegalDataValue => "illegal data value",
        ModbusExceptionCode.DeviceFailure => "device failure",
        ModbusExceptionCode.Acknowledge => "acknowledge: accepted, not done yet",
        ModbusExceptionCode.DeviceBusy => "device busy",
        ModbusExceptionCode.GatewayPathUnavailable => "gateway path unavailable",
        ModbusExceptionCode.GatewayTargetSilent => "gateway target silent",
        _ => "unknown code",
    };

    private static ReadOnlySpan<byte> Pdu(WireEntry entry)
    {
        ReadOnlySpan<byte> bytes = entry.Bytes;
        if (entry.Framing == WireFraming.Mbap)
            return bytes.Length > Mbap.HeaderLength ? bytes[Mbap.HeaderLength..] : default;
        // An echo or noise may stand before the frame.
        for (int at = 0; bytes.Length - at > RtuFrame.Around; at++)
        {
            if (bytes[at] == entry.Unit && RtuFrame.IsSound(bytes[at..]))
                return bytes[(at + 1)..^2];
        }

        return default;
    }

    private static string Request(byte unit, ReadOnlySpan<byte> pdu)
    {
        Span<ushort> values = stackalloc ushort[ModbusPdu.MaxReadBits];
        if (ModbusRequest.Parse(unit, pdu, values, out ModbusRequest request) != ModbusExceptionCode.None)
            return $"function {pdu[0]}";
        RegisterSpan span = request.Span;
        string what = span.Space switch
        {
            RegisterSpace.Coil => "coil",
            RegisterSpace.DiscreteInput => "discrete input",
            RegisterSpace.InputRegister => "input register",
            _ => "holding register",
        };
        string place = $"{span.Count} {what}{(span.Count == 1 ? "" : "s")} at {span.Address}";
        return request.IsWrite ? $"write {place}: {Listed(values[..span.Count])}" : $"read {place}";
    }

    private static string Reply(ReadOnlySpan<byte> pdu)
    {
        if (pdu[0] > 4)
            return pdu.Length == 5 ? $"taken, at {BinaryPrimitives.ReadUInt16BigEndian(pdu[1..])}" : "no reply to a write";
        if (pdu[1] != pdu.Length - 2)
            return "no reply to a read";
        if (pdu[0] < 3)
            return $"{pdu[1]} bytes of bits";
        Span<ushort> values = stackalloc ushort[pdu[1] / 2];
        ModbusPdu.Unpack(RegisterSpace.HoldingRegister, pdu[2..], values);
        return $"{values.Length} value{(values.Length == 1 ? "" : "s")}: {Listed(values)}";
    }

    private static string Listed(ReadOnlySpan<ushort> values)
    {
        StringBuilder list = new();
        for (int i = 0; i < Math.Min(values.Length, MostValues); i++)
            list.Append(i == 0 ? "" : " ").Append(values[i]);
        return values.Length > MostValues ? list.Append(" …").ToString() : list.ToString();
    }
}
