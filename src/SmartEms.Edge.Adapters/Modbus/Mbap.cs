using System.Buffers.Binary;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The seven bytes before a PDU on Modbus TCP: transaction id, protocol id 0, length of unit and PDU, unit.</summary>
/// <remarks>Source: Modbus Messaging on TCP/IP Implementation Guide 1.0b, §3.1.3.</remarks>
public readonly record struct Mbap(ushort TransactionId, ushort ProtocolId, ushort Length, byte Unit)
{
    /// <summary>Bytes of the header, the unit included.</summary>
    public const int HeaderLength = 7;

    /// <summary>Longest frame: header and PDU, bytes.</summary>
    public const int MaxFrame = HeaderLength + ModbusPdu.MaxLength;

    /// <summary>Bounds of the length field: the unit and at least a function code, at most the longest PDU.</summary>
    public const int MinField = 2;
    public const int MaxField = 1 + ModbusPdu.MaxLength;

    /// <summary>Bytes of the whole frame this header announces.</summary>
    public int FrameLength => HeaderLength - 1 + Length;

    /// <summary>Bytes of the PDU this header announces.</summary>
    public int PduLength => Length - 1;

    /// <summary>The first reason not to go on reading this frame, or null. A length outside 2…254 would desynchronise the stream.</summary>
    public string? Fault =>
        ProtocolId != 0 ? "protocol id is not 0"
        : Length is < MinField or > MaxField ? "length is outside 2 to 254"
        : null;

    /// <summary>Reads the header as it stands; nothing is validated yet.</summary>
    public static Mbap Read(ReadOnlySpan<byte> frame) => new(
        BinaryPrimitives.ReadUInt16BigEndian(frame),
        BinaryPrimitives.ReadUInt16BigEndian(frame[2..]),
        BinaryPrimitives.ReadUInt16BigEndian(frame[4..]),
        frame[6]);

    /// <summary>Writes a header for a PDU of <paramref name="pduLength"/> bytes (1…253) and returns the frame's length.</summary>
    public static int Write(Span<byte> frame, ushort transactionId, byte unit, int pduLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pduLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pduLength, ModbusPdu.MaxLength);
        BinaryPrimitives.WriteUInt16BigEndian(frame, transactionId);
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(frame[4..], (ushort)(1 + pduLength));
        frame[6] = unit;
        return HeaderLength + pduLength;
    }

    /// <summary>The first reason why this header does not answer that request, or null if it does.</summary>
    public string? FaultAsReply(ushort transactionId, byte unit, int replyLength) =>
        Fault
        ?? (TransactionId != transactionId ? "reply carries another transaction id"
            : Unit != unit ? "reply comes from another unit"
            : PduLength != replyLength && PduLength != 2 ? "reply has a length no answer to this request has"
            : null);
}
