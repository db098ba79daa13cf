using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What the pulse meter of this name had counted, whole pulses since counting began.</summary>
public readonly record struct PulseMark(string Name, long Pulses);

/// <summary>The counts of all pulse meters as bytes and back.</summary>
public static class PulseWire
{
    private const byte Form = 1;

    public static byte[] ToBytes(ImmutableArray<PulseMark> marks)
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Count((ulong)marks.Length);
        foreach (var mark in marks)
        {
            to.Text(mark.Name);
            to.Whole(mark.Pulses);
        }
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static ImmutableArray<PulseMark> FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("pulse counts of an unknown form");
        var marks = new PulseMark[from.Length()];
        for (var i = 0; i < marks.Length; i++)
            marks[i] = new(from.Text(), from.Whole(0, long.MaxValue));
        if (!from.IsAtEnd)
            throw new InvalidDataException("pulse counts damaged: something follows their end");
        return [.. marks];
    }
}
