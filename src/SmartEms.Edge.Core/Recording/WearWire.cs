using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;

namespace SmartEms.Edge.Core.Recording;

/// <summary>The write counts of all budgeted registers as bytes and back.</summary>
public static class WearWire
{
    private const byte Form = 1;

    public static byte[] ToBytes(ImmutableArray<RegisterWear> registers)
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Count((ulong)registers.Length);
        foreach (var one in registers)
        {
            to.Text(one.Key);
            to.Whole(one.Written);
            to.Number(one.Tokens);
            to.Whole(one.At.UnixMilliseconds);
            to.Whole(one.Since.UnixMilliseconds);
        }
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static ImmutableArray<RegisterWear> FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("write counts of an unknown form");
        var registers = new RegisterWear[from.Length()];
        for (var i = 0; i < registers.Length; i++)
            registers[i] = new(from.Text(), from.Whole(0, long.MaxValue), Math.Max(0, from.Finite()), from.Instant(), from.Instant());
        if (!from.IsAtEnd)
            throw new InvalidDataException("write counts damaged: something follows their end");
        return [.. registers];
    }
}
