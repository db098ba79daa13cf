using System.Numerics;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>A column of values that are no decimals, as the bits in which each differs from the one before (XOR, as in Gorilla, Pelkonen 2015), without
/// the zeros at the end that all of them have: a register of 32 bits leaves 29.</summary>
internal static class ChangedBits
{
    /// <summary>Writes values, at least one.</summary>
    public static void Write(PackWriter writer, ReadOnlySpan<double> values)
    {
        var changes = new ulong[values.Length];
        var (first, all) = (BitConverter.DoubleToUInt64Bits(values[0]), 0ul);
        var last = first;
        for (var i = 0; i < values.Length; i++)
        {
            var bits = BitConverter.DoubleToUInt64Bits(values[i]);
            (changes[i], last) = (bits ^ last, bits);
            all |= changes[i];
        }

        var zeros = BitOperations.TrailingZeroCount(all) & 63;
        foreach (ref var change in changes.AsSpan())
            change >>= zeros;
        writer.Whole(unchecked((long)first));
        writer.Byte((byte)zeros);
        writer.Column(changes);
    }

    /// <exception cref="InvalidDataException">No such column was written.</exception>
    public static void Read(ref PackReader reader, Span<double> values)
    {
        var last = unchecked((ulong)reader.Whole());
        var zeros = reader.Byte() & 63;
        var changes = new ulong[values.Length];
        reader.Column(changes);
        for (var i = 0; i < values.Length; i++)
        {
            last ^= changes[i] << zeros;
            values[i] = BitConverter.UInt64BitsToDouble(last);
        }
    }
}
