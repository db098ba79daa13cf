using System.Buffers.Binary;
using System.Text;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Writes the program's own compact binary form: varints, little-endian doubles, UTF-8 with length. The same value always gives the same bytes.</summary>
public sealed class WireWriter
{
    private byte[] buffer = new byte[256];
    private int length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public byte[] ToArray() => Written.ToArray();

    public void Clear() => length = 0;

    public void Byte(byte value) => Room(1)[0] = value;

    /// <summary>Unsigned LEB128.</summary>
    public void Count(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)((value & 0x7F) | 0x80));
        Byte((byte)value);
    }

    /// <summary>Signed, zig-zag LEB128.</summary>
    public void Whole(long value) => Count(unchecked((ulong)((value << 1) ^ (value >> 63))));

    public void Number(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Room(8), value);

    /// <summary>Four bytes, little-endian.</summary>
    public void Bits(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);

    public void Text(string value)
    {
        Count((ulong)Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, Room(Encoding.UTF8.GetByteCount(value)));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Count((ulong)value.Length);
        value.CopyTo(Room(value.Length));
    }

    private Span<byte> Room(int count)
    {
        if (length + count > buffer.Length)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + count));
        length += count;
        return buffer.AsSpan(length - count, count);
    }
}
