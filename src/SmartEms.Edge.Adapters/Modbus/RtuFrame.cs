using System.Buffers.Binary;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The frame of a serial line: unit, PDU, and a check sum over both.</summary>
/// <remarks>Source: Modbus over Serial Line 1.02, §2.5.1; the check sum is CRC-16 with polynomial 0xA001 (reflected), start 0xFFFF, low byte first.</remarks>
public static class RtuFrame
{
    /// <summary>Bytes around a PDU: the unit before it, the check sum behind it.</summary>
    public const int Around = 3;

    public const int MaxLength = Around + ModbusPdu.MaxLength;

    private static readonly ushort[] Table = MakeTable();

    /// <summary>0 over a whole sound frame, its check sum included.</summary>
    public static ushort Crc(ReadOnlySpan<byte> bytes)
    {
        int crc = 0xFFFF;
        foreach (byte value in bytes)
            crc = (crc >> 8) ^ Table[(crc ^ value) & 0xFF];
        return (ushort)crc;
    }

    public static bool IsSound(ReadOnlySpan<byte> frame) => frame.Length > Around && Crc(frame) == 0;

    /// <summary>Puts unit and check sum around the PDU that lies at offset 1, and returns the frame's length.</summary>
    public static int Write(Span<byte> frame, byte unit, int pduLength)
    {
        frame[0] = unit;
        BinaryPrimitives.WriteUInt16LittleEndian(frame[(1 + pduLength)..], Crc(frame[..(1 + pduLength)]));
        return Around + pduLength;
    }

    /// <summary>Looks for the reply to a request among the bytes received so far. Noise before it is stepped over, a whole frame of another unit too.</summary>
    public static RtuFind Find(ReadOnlySpan<byte> bytes, byte unit, ReadOnlySpan<byte> request)
    {
        int good = Around + ModbusPdu.ReplyLength(request);
        for (int at = 0; at + 1 < bytes.Length; at++)
        {
            int length = Expected(bytes[at..], unit, request, good);
            if (length == 0)
                continue;
            // What looks like the beginning of the reply is waited for; its own content must not be searched for another.
            if (bytes.Length < at + length)
                return default;
            if (Crc(bytes.Slice(at, length)) == 0)
                return new RtuFind(at, length, IsBroken: false);
            if (at == 0)
                return new RtuFind(at, length, IsBroken: true);
        }

        return default;
    }

    /// <summary>The length a request with this beginning has, 0 while more must be seen, −1 when its function is none of ours.</summary>
    public static int RequestLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2)
            return 0;
        if (bytes[1] is >= 1 and <= 6)
            return Around + 5;
        if (bytes[1] is not (15 or 16))
            return -1;
        return bytes.Length < 7 ? 0 : Around + 6 + bytes[6];
    }

    private static int Expected(ReadOnlySpan<byte> bytes, byte unit, ReadOnlySpan<byte> request, int good)
    {
        if (bytes[0] != unit)
            return 0;
        if (bytes[1] == (request[0] | ModbusPdu.ExceptionBit))
            return Around + 2;
        if (bytes[1] != request[0])
            return 0;
        bool isRead = request[0] < 5;
        return isRead && bytes.Length > 2 && bytes[2] != good - Around - 2 ? 0 : good;
    }

    private static ushort[] MakeTable()
    {
        ushort[] table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
            table[i] = (ushort)crc;
        }

        return table;
    }
}

/// <summary>Where a reply lies among received bytes; length 0 = not (wholly) there yet. Broken: it is ours by its beginning, but its check sum is wrong.</summary>
public readonly record struct RtuFind(int At, int Length, bool IsBroken);
