using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>A person wrote registers of a device past the controller; the body of an <see cref="LedgerKind.HandWrite"/> entry.</summary>
/// <param name="By">The user's name on this machine.</param>
/// <param name="Place">The line, as in tcp://192.168.3.21:502.</param>
/// <param name="Written">What was asked for, one word per register.</param>
public sealed record HandWrite(string By, string Reason, string Place, RegisterSpan Span, ReadOnlyMemory<ushort> Written)
{
    private const byte Form = 1;

    /// <summary>What stood there before; empty when it could not be read.</summary>
    public ReadOnlyMemory<ushort> Before { get; init; }

    /// <summary>What was read back; empty when it could not be read.</summary>
    public ReadOnlyMemory<ushort> After { get; init; }

    /// <summary>What became of it: "Ok", or why not.</summary>
    public string Outcome { get; init; } = "Ok";

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(Form);
        foreach (var text in (ReadOnlySpan<string>)[By, Reason, Place, Outcome])
            to.Text(text);
        to.Byte(Span.Unit);
        to.Byte((byte)Span.Space);
        to.Whole(Span.Address);
        Write(to, Written.Span);
        Write(to, Before.Span);
        Write(to, After.Span);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static HandWrite FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("record of a write by hand in an unknown form");
        var (by, reason, place, outcome) = (from.Text(), from.Text(), from.Text(), from.Text());
        var (unit, space, address) = (from.Byte(), (RegisterSpace)from.Byte(), (ushort)from.Whole(0, ushort.MaxValue));
        var (written, before, after) = (Read(ref from), Read(ref from), Read(ref from));
        if (!Enum.IsDefined(space) || !from.IsAtEnd)
            throw new InvalidDataException("record of a write by hand with more or other than it should hold");
        return new(by, reason, place, new(unit, space, address, (ushort)written.Length), written) { Before = before, After = after, Outcome = outcome };
    }

    private static void Write(WireWriter to, ReadOnlySpan<ushort> words)
    {
        to.Count((ulong)words.Length);
        foreach (var word in words)
            to.Whole(word);
    }

    private static ushort[] Read(ref WireReader from)
    {
        var words = new ushort[from.Length()];
        for (var i = 0; i < words.Length; i++)
            words[i] = (ushort)from.Whole(0, ushort.MaxValue);
        return words;
    }
}
