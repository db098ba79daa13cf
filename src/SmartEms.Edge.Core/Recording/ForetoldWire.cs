using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What others foretell, as bytes and back, exactly. Every record carries it, so columns of whole numbers or of whole thousandths, as most are, take two or three
/// bytes a value.</summary>
internal static class ForetoldWire
{
    private const byte AsTheyAre = 0;

    /// <summary>Larger ones are written as they are.</summary>
    private const double WholeMost = 1e9;

    /// <summary>Stands for a value that is not told; those told this way are never negative.</summary>
    private const long Untold = -1;

    public static void Write(WireWriter to, Foretold foretold)
    {
        to.Whole(foretold.IssuedAt.UnixMilliseconds);
        to.Whole(foretold.From.Index);
        for (var column = 0; column < Foretold.ColumnCount; column++)
            Column(to, foretold.Column(column).AsSpan());
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static Foretold Read(ref WireReader from)
    {
        var (issued, slot) = (from.Instant(), from.Slot());
        var columns = new ImmutableArray<double>[Foretold.ColumnCount];
        for (var column = 0; column < columns.Length; column++)
            columns[column] = Column(ref from);
        return Foretold.Of(issued, slot, columns);
    }

    private static void Column(WireWriter to, ReadOnlySpan<double> values)
    {
        to.Count((ulong)values.Length);
        if (values.IsEmpty)
            return;
        var parts = IsWhole(values, 1) ? 1 : IsWhole(values, 1_000) ? 2 : AsTheyAre;
        to.Byte((byte)parts);
        foreach (var value in values)
            if (parts == AsTheyAre)
                to.Number(value);
            else
                to.Whole(double.IsNaN(value) ? Untold : (long)Math.Round(value * PartsOf(parts)));
    }

    private static ImmutableArray<double> Column(ref WireReader from)
    {
        var values = new double[from.Length()];
        if (values.Length == 0)
            return [];
        var parts = from.Byte();
        if (parts > 2)
            throw new InvalidDataException($"record damaged: {parts} is no form of a column");
        for (var i = 0; i < values.Length; i++)
            values[i] = parts == AsTheyAre ? Told(from.Number()) : from.Whole(Untold, (long)WholeMost) is var whole and not Untold ? (double)whole / PartsOf(parts) : double.NaN;
        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }

    private static double PartsOf(int parts) => parts == 1 ? 1 : 1_000;

    private static bool IsWhole(ReadOnlySpan<double> values, double parts)
    {
        foreach (var value in values)
            if (!double.IsNaN(value) && !(value >= 0 && value * parts <= WholeMost && Math.Round(value * parts) / parts == value && !double.IsNegative(value)))
                return false;
        return true;
    }

    private static double Told(double value) => double.IsInfinity(value) ? throw new InvalidDataException("record damaged: what was foretold is not a number") : value;
}
