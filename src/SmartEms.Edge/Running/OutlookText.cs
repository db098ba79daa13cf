using System.Collections.Immutable;
using System.Globalization;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Running;

/// <summary>What a text of others foretells, or why it cannot be used.</summary>
/// <param name="Rows">Null = it cannot be used at all.</param>
/// <param name="Trouble">Which line, what is wrong with it and what to write instead.</param>
internal readonly record struct OutlookRead(Foretold? Rows, string? Trouble);

/// <summary>Reads what others foretell, from wherever it comes: CSV with the columns utc and issued and any of those below, rows in order of time, 5 to 60 minutes apart.
/// An empty cell is not foretold. A text with one bad row is refused whole, because it may have been cut or be something else.</summary>
internal static class OutlookText
{
    /// <summary>In the order of <see cref="Foretold.Column"/>: what a file's numbers are divided by, and the highest that is believed.</summary>
    private static readonly ImmutableArray<(string Name, double Divisor, double Least, double Most)> Columns =
    [
        ("load_w", 1, 0, 1e8), ("load_p10_w", 1, 0, 1e8), ("load_p90_w", 1, 0, 1e8), ("pv_w", 1, 0, 1e8), ("pv_p10_w", 1, 0, 1e8), ("pv_p90_w", 1, 0, 1e8),
        ("kg_co2_per_kwh", 1, 0, 5), ("eur_per_mwh", 1_000, -10_000, 100_000),
    ];

    /// <summary>Nobody foretells farther ahead for plans of 36 hours.</summary>
    private const int SlotsMost = 8 * 96;

    private static readonly TimeSpan ApartMost = TimeSpan.FromHours(1);
    private const int MinutesLeast = 5;

    public static OutlookRead Read(string text)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n');
        if (lines[^1].Length > 0)
            return Wrong(lines.Length, "the last line does not end; it looks cut", "write the file whole under another name, then move it into place");
        var names = lines[0].Split(',', StringSplitOptions.TrimEntries);
        var (time, issued) = (Array.IndexOf(names, "utc"), Array.IndexOf(names, "issued"));
        if (time < 0 || issued < 0)
            return Wrong(1, $"there is no column {(time < 0 ? "utc" : "issued")}", $"name the columns: utc, issued and any of {string.Join(", ", Columns.Select(column => column.Name))}");
        if (!names.Any(name => Columns.Any(column => column.Name == name)))
            return Wrong(1, "no column foretells anything", $"at least one of {string.Join(", ", Columns.Select(column => column.Name))}");
        var rows = new Rows();
        for (var line = 2; line < lines.Length; line++)
        {
            var cells = lines[line - 1].Split(',', StringSplitOptions.TrimEntries);
            if (cells.Length != names.Length)
                return Wrong(line, $"{cells.Length} cells, the first line has {names.Length}", "write the file whole under another name, then move it into place");
            if (!UtcText.TryParse(cells[time], out var at) || !UtcText.TryParse(cells[issued], out var made))
                return Wrong(line, $"utc {cells[time]} or issued {cells[issued]} is not a time", "write UTC as in 2026-11-27T14:15Z");
            if (rows.Add(at, made, Values(names, cells, out var bad)) is { } why)
                return Wrong(line, why, "rows in order of time, 5 to 60 minutes apart, all of one issue");
            if (bad is not null)
                return Wrong(line, bad, "write a number with a point, or leave the cell empty where nothing is foretold");
        }
        return rows.Count > 0 ? new(rows.Laid(), null) : Wrong(1, "no row follows", "a row for each quarter-hour or hour that is foretold");
    }

    private static OutlookRead Wrong(int line, string what, string remedy) => new(null, $"line {line}: {what} ({remedy})");

    private static double[] Values(string[] names, string[] cells, out string? bad)
    {
        var values = new double[Columns.Length];
        bad = null;
        for (var column = 0; column < values.Length; column++)
        {
            var (name, divisor, least, most) = Columns[column];
            values[column] = double.NaN;
            var at = Array.IndexOf(names, name);
            if (at < 0 || cells[at].Length == 0)
                continue;
            if (double.TryParse(cells[at], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
                values[column] = divisor > 1 ? value / divisor : name[^2..] == "_w" ? Math.Round(value) : Math.Round(value, 3);
            else
                bad ??= $"{name} {cells[at]} is not a number from {least:0} to {most:0}";
        }
        return values;
    }

    /// <summary>Rows as they come, and laid onto quarter-hours.</summary>
    private sealed class Rows
    {
        private readonly List<(DateTime At, double[] Values)> rows = [];
        private DateTime issued;

        public int Count => rows.Count;

        /// <summary>Why a row cannot follow those before it; null = it was taken.</summary>
        public string? Add(DateTime at, DateTime made, double[] values)
        {
            if (Count > 0 && made != issued)
                return "it was issued at another time than the rows before";
            if (Count > 0 && (at - rows[^1].At).TotalMinutes is var apart && (apart < MinutesLeast || at - rows[^1].At > ApartMost))
                return $"it is {apart:0.#} minutes after the row before";
            issued = made;
            rows.Add((at, values));
            return null;
        }

        /// <summary>A row holds until the next one; the last as long as the one before it. Several within a quarter-hour give their mean.</summary>
        public Foretold Laid()
        {
            var first = Slot.Of(Instant.From(rows[0].At));
            var last = Count > 1 ? rows[^1].At - rows[^2].At : ApartMost;
            var slots = (int)Math.Min(SlotsMost, Math.Ceiling((rows[^1].At + last - first.Start.ToDateTimeOffset().UtcDateTime) / Slot.Length));
            var columns = new ImmutableArray<double>[Foretold.ColumnCount];
            for (var column = 0; column < columns.Length; column++)
                columns[column] = Column(column, first, slots);
            return Foretold.Of(Instant.From(issued), first, columns);
        }

        private ImmutableArray<double> Column(int column, Slot first, int slots)
        {
            var (laid, row) = (new double[slots], 0);
            for (var i = 0; i < slots; i++)
            {
                var begin = (first.Start + (Slot.Length * i)).ToDateTimeOffset().UtcDateTime;
                while (row + 1 < Count && rows[row + 1].At <= begin)
                    row++;
                var (sum, count) = (0.0, 0);
                for (var inside = row; inside < Count && (inside == row || rows[inside].At < begin + Slot.Length); inside++)
                    (sum, count) = (sum + rows[inside].Values[column], count + 1);
                laid[i] = sum / count; // NaN when any of it is not foretold
            }
            return laid.All(double.IsNaN) ? [] : [.. laid];
        }
    }
}
