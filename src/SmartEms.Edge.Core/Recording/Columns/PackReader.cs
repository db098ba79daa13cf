using System.Buffers.Binary;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Reads what <see cref="PackWriter"/> wrote.</summary>
public ref struct PackReader(ReadOnlySpan<byte> bytes)
{
    private const int Load = sizeof(ulong);

    private ReadOnlySpan<byte> _left = bytes;

    /// <exception cref="InvalidDataException">The bytes are at an end.</exception>
    public byte Byte() => Take(1)[0];

    /// <exception cref="InvalidDataException">The bytes are at an end.</exception>
    public long Whole()
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80 || shift >= 63)
                return Unfolded(value);
        }
    }

    /// <exception cref="InvalidDataException">The bytes are at an end, or no such column was written.</exception>
    public void Column(scoped Span<ulong> numbers)
    {
        // A load reaches up to 8 bytes beyond its number; near the end of all bytes it is done in a copy.
        Span<byte> copy = stackalloc byte[(PackWriter.Block * sizeof(ulong)) + Load];
        for (; numbers.Length > 0; numbers = numbers[Math.Min(PackWriter.Block, numbers.Length)..])
        {
            var block = numbers[..Math.Min(PackWriter.Block, numbers.Length)];
            var width = Byte();
            if (width is > PackWriter.WidestPacked and not 64)
                throw new InvalidDataException("A column has a width that nobody wrote.");
            var size = PackWriter.Bytes(block.Length, width);
            if (size + Load <= _left.Length)
            {
                Unpack(_left, width, block);
                _left = _left[size..];
            }
            else
            {
                Take(size).CopyTo(copy);
                Unpack(copy, width, block);
            }
        }
    }

    public static long Unfolded(ulong folded) => unchecked((long)(folded >> 1) ^ -(long)(folded & 1));

    private static void Unpack(ReadOnlySpan<byte> from, int width, Span<ulong> into)
    {
        var mask = width == 64 ? ulong.MaxValue : (1ul << width) - 1;
        var bit = 0;
        foreach (ref var number in into)
        {
            number = (BinaryPrimitives.ReadUInt64LittleEndian(from[(bit >> 3)..]) >> (bit & 7)) & mask;
            bit += width;
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _left.Length)
            throw new InvalidDataException("A column ends too early.");
        var taken = _left[..count];
        _left = _left[count..];
        return taken;
    }
}
