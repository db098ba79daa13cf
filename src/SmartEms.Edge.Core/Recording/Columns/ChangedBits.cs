using System.Numerics;
using System.Runtime.InteropServices;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>A column of bit patterns of values that are no decimals, as the bits in which each differs from the one before (XOR, as in Gorilla, Pelkonen
/// 2015), without the zeros at the end that all of them have: a register of 32 bits leaves 29.</summary>
internal static class ChangedBits
{
    /// <summary>Writes patterns, at least one.</summary>
    public static void Write(PackWriter writer, ReadOnlySpan<long> patterns)
    {
        var changes = new ulong[patterns.Length];
        var (last, all) = (patterns[0], 0ul);
        for (var i = 0; i < patterns.Length; i++)
        {
            (changes[i], last) = (unchecked((ulong)(patterns[i] ^ last)), patterns[i]);
            all |= changes[i];
        }

        var zeros = BitOperations.TrailingZeroCount(all) & 63;
        foreach (ref var change in changes.AsSpan())
            change >>= zeros;
        writer.Byte((byte)zeros);
        writer.Whole(patterns[0]);
        writer.Column(changes);
    }

    /// <exception cref="InvalidDataException">No such column was written.</exception>
    public static void Read(ref PackReader reader, Span<long> patterns)
    {
        var zeros = reader.Byte() & 63;
        var last = reader.Whole();
        reader.Column(MemoryMarshal.Cast<long, ulong>(patterns));
        foreach (ref var pattern in patterns)
            pattern = last ^= pattern << zeros;
    }
}
