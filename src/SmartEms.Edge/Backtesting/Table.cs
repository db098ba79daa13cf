using System.Globalization;

namespace SmartEms.Edge.Backtesting;

/// <summary>A CSV file with a moment and some numbers or texts in each row, found by the names of their columns; every problem with its line.</summary>
internal sealed class Table
{
    private const int ProblemsMax = 5;

    private readonly string path;
    private readonly List<string> problems = [];
    private string[] names = [];

    private Table(string path) => this.path = path;

    /// <summary>One row: its line, and its cells in the order of the columns asked for.</summary>
    internal readonly record struct Row(int Line, string[] Cells);

    /// <summary>Reads the rows of a file that names all of these columns. <see cref="Refusal"/> where it does not, or cannot be read.</summary>
    public static List<Row> Read(string path, string code, params string[] columns)
    {
        var table = new Table(path);
        try
        {
            var rows = table.Rows(File.ReadLines(path), columns);
            return table.problems.Count == 0 && rows.Count > 0 ? rows : throw table.Bad(code, columns);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(Exit.ConfigurationInvalid, code, $"{path} cannot be read: {failure.Message}", "name a CSV file that can be read");
        }
    }

    public static bool Has(string path, string column) => File.Exists(path) && File.ReadLines(path).FirstOrDefault()?.TrimStart('\uFEFF').Split(',').Contains(column) == true;

    public static double Number(string path, Row row, int cell, string name) =>
        double.TryParse(row.Cells[cell], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new Refusal(Exit.ConfigurationInvalid, "number_unclear", $"{path}: line {row.Line}: {name} '{row.Cells[cell]}' is not a number", "write it as in 31.5");

    /// <summary>A wall-clock moment without a zone; a Z at its end is read over.</summary>
    public static DateTime Moment(string path, Row row, int cell) =>
        DateTime.TryParseExact(row.Cells[cell].TrimEnd('Z'), ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? at
            : throw new Refusal(Exit.ConfigurationInvalid, "time_unclear", $"{path}: line {row.Line}: '{row.Cells[cell]}' is no time", "write it as in 2021-08-02T00:00");

    private Refusal Bad(string code, string[] columns) => new(
        Exit.ConfigurationInvalid, code, $"{path}: {(problems.Count > 0 ? string.Join("; ", problems) : "there are no rows")}", $"the columns are {string.Join(", ", columns)}");

    private List<Row> Rows(IEnumerable<string> lines, string[] columns)
    {
        var (rows, number, places) = (new List<Row>(), 0, Array.Empty<int>());
        foreach (var line in lines)
        {
            number++;
            var cells = line.TrimStart('\uFEFF').Split(',', StringSplitOptions.TrimEntries);
            if (number == 1)
            {
                (names, places) = (cells, [.. columns.Select(column => Array.IndexOf(cells, column))]);
                foreach (var (column, place) in columns.Zip(places))
                    if (place < 0)
                        problems.Add($"line 1: there is no column {column}");
                if (problems.Count > 0)
                    return rows;
            }
            else if (cells is not [""] && cells.Length == names.Length)
                rows.Add(new(number, [.. places.Select(place => cells[place])]));
            else if (cells is not [""] && problems.Count < ProblemsMax)
                problems.Add($"line {number}: a row has {names.Length} cells, not {cells.Length}");
        }
        return rows;
    }
}
