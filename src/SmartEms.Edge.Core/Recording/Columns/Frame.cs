using System.Buffers.Binary;
using System.Numerics;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>The dress of every stored blob: a version, numbered parts, and a CRC-32C over all of it (Castagnoli 1993, the polynomial processors compute).</summary>
public static class Frame
{
    private const byte Version = 1;
    private const int CrcBytes = 4;

    public static byte[] Of(IReadOnlyList<(int Number, byte[] Bytes)> parts)
    {
        var size = 1 + CrcBytes;
        foreach (var (_, bytes) in parts)
            size += bytes.Length + 10;
        var frame = new byte[size];
        frame[0] = Version;
        var at = 1;
        foreach (var (number, bytes) in parts)
        {
            at = PutNumber(frame, at, number);
            at = PutNumber(frame, at, bytes.Length);
            bytes.CopyTo(frame, at);
            at += bytes.Length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(at), Crc(frame.AsSpan(0, at)));
        return frame[..(at + CrcBytes)];
    }

    /// <summary>The parts of a frame, by number and place.</summary>
    /// <exception cref="InvalidDataException">Damaged, or written by a newer program.</exception>
    public static List<(int Number, int From, int Length)> Parts(byte[] frame)
    {
        var end = frame.Length - CrcBytes;
        if (end < 1 || BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(end)) != Crc(frame.AsSpan(0, end)))
            throw new InvalidDataException("A telemetry chunk is damaged: its checksum is wrong.");
        if (frame[0] != Version)
            throw new InvalidDataException($"A telemetry chunk has the unknown version {frame[0]}.");
        var parts = new List<(int, int, int)>();
        for (var at = 1; at < end;)
        {
            var number = TakeNumber(frame, ref at, end);
            var length = TakeNumber(frame, ref at, end);
            if (length > end - at)
                throw new InvalidDataException("A telemetry chunk ends too early.");
            parts.Add((number, at, length));
            at += length;
        }

        return parts;
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static int PutNumber(byte[] into, int at, int number)
    {
        for (; number >= 0x80; number >>= 7)
            into[at++] = (byte)((number & 0x7F) | 0x80);
        into[at++] = (byte)number;
        return at;
    }

    private static int TakeNumber(byte[] from, ref int at, int end)
    {
        var number = 0;
        for (var shift = 0; shift <= 28 && at < end; shift += 7)
        {
            var next = from[at++];
            number |= (next & 0x7F) << shift;
            if (next < 0x80 && number >= 0)
                return number;
        }

        throw new InvalidDataException("A telemetry chunk holds a number that nobody wrote.");
    }
}
