using System.Buffers.Binary;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Writes one <see cref="Frame"/> after another in the same memory: frames of large sites would otherwise stay on the heap until it is searched whole.</summary>
public sealed class FrameWriter
{
    private const int MostNumberBytes = 5;

    private byte[] _bytes = new byte[1_024];
    private int _length;

    public FrameWriter() => Begin();

    /// <summary>Begins the next frame; what the last one gave is overwritten.</summary>
    public void Begin()
    {
        _bytes[0] = Frame.Version;
        _length = 1;
    }

    public void Add(int number, ReadOnlySpan<byte> part)
    {
        var needed = _length + (2 * MostNumberBytes) + part.Length + Frame.CrcBytes;
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
        PutNumber(number);
        PutNumber(part.Length);
        part.CopyTo(_bytes.AsSpan(_length));
        _length += part.Length;
    }

    /// <summary>The whole frame, until the next begins.</summary>
    public ReadOnlySpan<byte> End()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_length), Frame.Crc(_bytes.AsSpan(0, _length)));
        return _bytes.AsSpan(0, _length + Frame.CrcBytes);
    }

    private void PutNumber(int number)
    {
        for (; number >= 0x80; number >>= 7)
            _bytes[_length++] = (byte)((number & 0x7F) | 0x80);
        _bytes[_length++] = (byte)number;
    }
}
