using System.Buffers.Binary;
using System.Text;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Reads what <see cref="WireWriter"/> wrote. Damaged bytes give <see cref="InvalidDataException"/>, never a wrong length or an endless loop.</summary>
public ref struct WireReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> all = source;
    private int at;

    public readonly bool IsAtEnd => at == all.Length;

    public byte Byte() => Take(1)[0];

    public ulong Count()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
        throw new InvalidDataException("record damaged: a number runs over 64 bits");
    }

    /// <summary>A length that cannot exceed what is left, so that damage never allocates memory.</summary>
    public int Length(int atLeastBytesEach = 1)
    {
        var value = Count();
        if (value > (ulong)((all.Length - at) / atLeastBytesEach))
            throw new InvalidDataException($"record damaged: a length of {value} at byte {at} exceeds the record");
        return (int)value;
    }

    public long Whole()
    {
        var raw = Count();
        return unchecked((long)(raw >> 1) ^ -(long)(raw & 1));
    }

    public double Number() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public string Text() => Encoding.UTF8.GetString(Take(Length()));

    public ReadOnlySpan<byte> Bytes() => Take(Length());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > all.Length - at)
            throw new InvalidDataException($"record damaged: it ends at byte {all.Length}, {count} more are expected at {at}");
        at += count;
        return all.Slice(at - count, count);
    }
}
