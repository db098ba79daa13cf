using System.Buffers;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Rolled-up rows of one point as columns of packed bits: when, how many samples, how good, then the values of the rows that know some.</summary>
public static class RowColumns
{
    /// <summary>The most rows of one chunk: more than a day of minutes or 8 days of quarter-hours, whatever clocks do.</summary>
    public const int MostRows = 16_384;

    private const int RoomOfRow = 3 + RowValues.Room;

    /// <summary>A mark is the distance of the worst trust from Good, and whether no value is known.</summary>
    private const int TrustMask = 3;
    private const uint UnknownMark = 4;

    /// <summary>Rows must lie on the step's grid.</summary>
    public static byte[] Write(List<TelemetryRow> rows, long stepMs)
    {
        var writer = new PackWriter();
        writer.Whole(rows.Count);
        if (rows.Count == 0)
            return writer.ToArray();
        // Rented, for a day of many points is written at once, and garbage of that size would live on for days.
        var rented = ArrayPool<byte>.Shared.Rent(rows.Count * RoomOfRow * sizeof(long));
        Write(writer, rows, stepMs, MemoryMarshal.Cast<byte, long>(rented.AsSpan()));
        ArrayPool<byte>.Shared.Return(rented);
        return writer.ToArray();
    }

    private static void Write(PackWriter writer, List<TelemetryRow> rows, long stepMs, Span<long> room)
    {
        var count = rows.Count;
        var times = room[..count];
        var counts = room.Slice(count, count);
        var marks = MemoryMarshal.Cast<long, ulong>(room.Slice(count * 2, count));
        var unknown = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            (times[i], counts[i], marks[i]) = (rows[i].At.UnixMilliseconds / stepMs, rows[i].Count, (uint)(rows[i].Worst ^ Trust.Good));
            if (IsKnown(rows[i]))
                continue;
            marks[i] |= UnknownMark;
            unknown++;
        }

        GuessedColumn.Write(writer, times);
        GuessedColumn.Write(writer, counts);
        writer.Column(marks);
        if (unknown < count)
            new RowValues(room.Slice(count * 3, (count - unknown) * RowValues.Room)).Write(writer, unknown == 0 ? rows : rows.FindAll(r => IsKnown(r)));
    }

    private static bool IsKnown(in TelemetryRow row) => !double.IsNaN(row.Last);

    /// <exception cref="InvalidDataException">These bytes are no such rows.</exception>
    public static List<TelemetryRow> Read(byte[] bytes, (int From, int Length) part, long stepMs)
    {
        var rows = new List<TelemetryRow>();
        Read(bytes, part, stepMs, (long.MinValue, long.MaxValue), rows);
        return rows;
    }

    /// <summary>Adds the rows with from ≤ At &lt; to, in ms.</summary>
    /// <exception cref="InvalidDataException">These bytes are no such rows; none was added.</exception>
    public static void Read(byte[] bytes, (int From, int Length) part, long stepMs, (long From, long To) span, List<TelemetryRow> into)
    {
        var reader = new PackReader(bytes.AsSpan(part.From, part.Length));
        var count = reader.Whole();
        if (count is < 0 or > MostRows)
            throw new InvalidDataException("A chunk of rows has a length that nobody wrote.");
        if (count == 0)
            return;
        var rented = ArrayPool<byte>.Shared.Rent((int)count * RoomOfRow * sizeof(long));
        try
        {
            Read(ref reader, MemoryMarshal.Cast<byte, long>(rented.AsSpan())[..((int)count * RoomOfRow)], stepMs, span, into);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void Read(ref PackReader reader, Span<long> room, long stepMs, (long From, long To) span, List<TelemetryRow> into)
    {
        var count = room.Length / RoomOfRow;
        var times = room[..count];
        var counts = room.Slice(count, count);
        var marks = MemoryMarshal.Cast<long, ulong>(room.Slice(count * 2, count));
        GuessedColumn.Read(ref reader, times);
        GuessedColumn.Read(ref reader, counts);
        reader.Column(marks);
        var known = 0;
        foreach (var mark in marks)
            known += (mark & UnknownMark) == 0 ? 1 : 0;
        var values = new RowValues(room.Slice(count * 3, known * RowValues.Room));
        if (known > 0)
            values.Read(ref reader);
        var next = 0;
        for (var i = 0; i < times.Length; i++)
        {
            var (min, mean, max, last) = (marks[i] & UnknownMark) == 0 ? values.At(next++) : (double.NaN, double.NaN, double.NaN, double.NaN);
            var at = unchecked(times[i] * stepMs);
            if (at >= span.From && at < span.To)
                into.Add(new TelemetryRow(new Instant(at), min, mean, max, last, (Trust)(marks[i] & TrustMask) ^ Trust.Good, unchecked((int)counts[i])));
        }
    }
}
