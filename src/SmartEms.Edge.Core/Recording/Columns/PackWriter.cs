using System.Buffers.Binary;
using System.Numerics;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Writes columns of whole numbers as packed bits: each 32 numbers take the width of the largest of them, which one byte before them tells.
/// Few instructions read them back, where range coding needs dozens.</summary>
public sealed class PackWriter
{
    /// <summary>How many numbers share a width: few, so that one large number is dear to few.</summary>
    public const int Block = 32;

    /// <summary>Above this a number takes all 64 bits, so that any narrower one can be read with one load.</summary>
    public const int WidestPacked = 56;

    private byte[] _bytes = new byte[256];
    private int _length;

    public byte[] ToArray() => _bytes[.._length];

    public void Byte(byte value) => Room(1)[0] = value;

    /// <summary>Signed, near zero in few bytes (LEB128).</summary>
    public void Whole(long value)
    {
        var left = Folded(value);
        for (; left >= 0x80; left >>= 7)
            Byte((byte)((left & 0x7F) | 0x80));
        Byte((byte)left);
    }

    /// <summary>Writes numbers; a column may be written in pieces of whole blocks.</summary>
    public void Column(ReadOnlySpan<ulong> numbers)
    {
        for (; numbers.Length > 0; numbers = numbers[Math.Min(Block, numbers.Length)..])
        {
            var block = numbers[..Math.Min(Block, numbers.Length)];
            var width = Width(block);
            Byte((byte)width);
            Pack(block, width, Room(Bytes(block.Length, width)));
        }
    }

    /// <summary>The bytes that one block would take.</summary>
    public static int Size(ReadOnlySpan<ulong> block) => 1 + Bytes(block.Length, Width(block));

    public static int Bytes(int count, int width) => ((count * width) + 7) / 8;

    /// <summary>Numbers of either sign as numbers without one, near zero kept near zero.</summary>
    public static ulong Folded(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    private static int Width(ReadOnlySpan<ulong> block)
    {
        var all = 0ul;
        foreach (var number in block)
            all |= number;
        var width = 64 - BitOperations.LeadingZeroCount(all);
        return width > WidestPacked ? 64 : width;
    }

    private static void Pack(ReadOnlySpan<ulong> block, int width, Span<byte> into)
    {
        unchecked
        {
            var (waiting, bits) = (0ul, 0);
            foreach (var number in block)
            {
                waiting |= number << bits;
                bits += width;
                if (bits < 64)
                    continue;
                BinaryPrimitives.WriteUInt64LittleEndian(into, waiting);
                into = into[8..];
                bits -= 64;
                waiting = bits == 0 ? 0 : number >> (width - bits);
            }

            foreach (ref var last in into)
            {
                last = (byte)waiting;
                waiting >>= 8;
            }
        }
    }

    private Span<byte> Room(int count)
    {
        if (_length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
