using System.Buffers.Binary;
using System.Numerics;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>The dress of every stored blob: a version, numbered parts, and a CRC-32C over all of it (Castagnoli 1993, the polynomial processors compute).</summary>
public static class Frame
{
    internal const byte Version = 1;
    internal const int CrcBytes = 4;

    /// <summary>A single frame; who writes many uses a <see cref="FrameWriter"/>.</summary>
    public static byte[] Of(IReadOnlyList<(int Number, byte[] Bytes)> parts)
    {
        var writer = new FrameWriter();
        foreach (var (number, bytes) in parts)
            writer.Add(number, bytes);
        return writer.End().ToArray();
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
