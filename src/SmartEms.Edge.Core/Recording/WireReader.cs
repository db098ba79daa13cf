using System.Buffers.Binary;
using System.Text;
using SmartEms.Edge.Core.Quantities;

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
            if (part < 0x80 && (shift < 63 || part <= 1))
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

    /// <summary>A whole number that must lie in a range, ends included.</summary>
    public long Whole(long low, long high)
    {
        var value = Whole();
        return value >= low && value <= high ? value : throw new InvalidDataException($"record damaged: {value} before byte {at} is outside {low} … {high}");
    }

    /// <summary>A slot of the years 1 to 9999, so that its start and end can be told.</summary>
    public Slot Slot() => new(Whole(-69_039_552, 281_558_110));

    /// <summary>A moment of the years 1 to 9999.</summary>
    public Instant Instant() => new(Whole(-62_135_596_800_000, 253_402_300_799_999));

    /// <summary>A whole number of 32 bits.</summary>
    public int Small() => (int)Whole(int.MinValue, int.MaxValue);

    /// <summary>A number that is one: neither infinite nor NaN.</summary>
    public double Finite()
    {
        var value = Number();
        return double.IsFinite(value) ? value : throw new InvalidDataException($"record damaged: the value before byte {at} is not a number");
    }

    /// <summary>The value when its enum has a name for it: what nobody defined must not be followed.</summary>
    public static T Known<T>(T value)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new InvalidDataException($"record damaged: {value} is no {typeof(T).Name}");

    public double Number() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public int Bits() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

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
