using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Rolled-up rows of one point as columns of packed bits: when, how many samples, how good, then the values of the rows that know some.</summary>
public static class RowColumns
{
    /// <summary>The most rows of one chunk: more than a 32-day stretch of quarter-hours.</summary>
    public const int MostRows = 16_384;

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
        var (times, counts, marks) = (new long[rows.Count], new long[rows.Count], new ulong[rows.Count]);
        var known = new List<TelemetryRow>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            (times[i], counts[i], marks[i]) = (rows[i].At.UnixMilliseconds / stepMs, rows[i].Count, (uint)(rows[i].Worst ^ Trust.Good));
            if (double.IsNaN(rows[i].Last))
                marks[i] |= UnknownMark;
            else
                known.Add(rows[i]);
        }

        GuessedColumn.Write(writer, times, []);
        GuessedColumn.Write(writer, counts, []);
        writer.Column(marks);
        if (known.Count > 0)
        {
            var values = new RowValues(known.Count);
            for (var i = 0; i < known.Count; i++)
                values.Put(i, known[i]);
            values.Write(writer);
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">These bytes are no such rows.</exception>
    public static List<TelemetryRow> Read(byte[] bytes, (int From, int Length) part, long stepMs)
    {
        var reader = new PackReader(bytes.AsSpan(part.From, part.Length));
        var count = reader.Whole();
        if (count is < 0 or > MostRows)
            throw new InvalidDataException("A chunk of rows has a length that nobody wrote.");
        var rows = new List<TelemetryRow>((int)count);
        if (count == 0)
            return rows;
        var (times, counts, marks) = (new long[count], new long[count], new ulong[count]);
        GuessedColumn.Read(ref reader, times, []);
        GuessedColumn.Read(ref reader, counts, []);
        reader.Column(marks);
        var known = 0;
        foreach (var mark in marks)
            known += (mark & UnknownMark) == 0 ? 1 : 0;
        var values = new RowValues(known);
        if (known > 0)
            values.Read(ref reader);
        var next = 0;
        for (var i = 0; i < times.Length; i++)
        {
            var row = new TelemetryRow(new Instant(unchecked(times[i] * stepMs)), double.NaN, double.NaN, double.NaN, double.NaN,
                (Trust)(marks[i] & TrustMask) ^ Trust.Good, unchecked((int)counts[i]));
            rows.Add((marks[i] & UnknownMark) != 0 ? row : values.Into(row, next++));
        }

        return rows;
    }
}
