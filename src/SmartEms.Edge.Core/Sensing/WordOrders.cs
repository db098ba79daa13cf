namespace SmartEms.Edge.Core.Sensing;

/// <summary>Order of the bytes of a value in its registers; A is the most significant byte.</summary>
public enum WordOrder : byte
{
    /// <summary>ABCD: the most significant word first, as Modbus has it.</summary>
    BigEndian,

    /// <summary>CDAB: words swapped.</summary>
    LittleEndian,

    /// <summary>BADC: the bytes of each word swapped.</summary>
    ByteSwapped,

    /// <summary>DCBA: words and bytes swapped.</summary>
    Reversed,
}

/// <summary>Bits to registers and back, in any <see cref="WordOrder"/>.</summary>
internal static class WordOrders
{
    /// <summary>The first <paramref name="width"/> registers (at most 4) as one unsigned number.</summary>
    public static ulong Join(WordOrder order, ReadOnlySpan<ushort> words, int width)
    {
        ulong bits = 0;
        for (var i = 0; i < width; i++)
            bits = (bits << 16) | Turned(order, words[IsLastFirst(order) ? width - 1 - i : i]);
        return bits;
    }

    /// <summary>A number as <paramref name="width"/> registers.</summary>
    public static ushort[] Part(WordOrder order, ulong bits, int width)
    {
        var words = new ushort[width];
        for (var i = 0; i < width && i < 4; i++)
            words[IsLastFirst(order) ? i : width - 1 - i] = Turned(order, (ushort)(bits >> (16 * i) & 0xFFFF));
        return words;
    }

    private static bool IsLastFirst(WordOrder order) => order is WordOrder.LittleEndian or WordOrder.Reversed;

    private static ushort Turned(WordOrder order, ushort word) =>
        order is WordOrder.ByteSwapped or WordOrder.Reversed ? (ushort)((word << 8 | word >> 8) & 0xFFFF) : word;
}
