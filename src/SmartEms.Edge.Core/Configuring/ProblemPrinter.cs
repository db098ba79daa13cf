using System.Globalization;
using System.Text;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Writes problems the way a person mends them: place, code, what, the line itself with a caret, and the remedy. Plain text, no colour.</summary>
public static class ProblemPrinter
{
    private const int WidestLine = 140;
    private const int KeptLeft = 50;

    /// <summary>All problems and a closing count. <paramref name="sourceOf"/> gives the text of a file by the name in its places, or null.</summary>
    public static string Print(IReadOnlyList<Problem> problems, Func<string, string?> sourceOf)
    {
        var page = new StringBuilder();
        var sources = new Dictionary<string, string[]?>(StringComparer.Ordinal);
        foreach (var problem in problems)
        {
            if (!sources.TryGetValue(problem.Place.File, out var lines))
                sources[problem.Place.File] = lines = sourceOf(problem.Place.File)?.ReplaceLineEndings("\n").Split('\n');
            One(page, problem, lines);
        }
        return page.Append(Summary(problems)).Append('\n').ToString();
    }

    /// <summary>"1 error, 2 warnings. Nothing applied."</summary>
    public static string Summary(IReadOnlyList<Problem> problems)
    {
        var errors = problems.Count(problem => problem.Severity == Severity.Error);
        var warnings = problems.Count - errors;
        if (problems.Count == 0)
            return "No problems.";
        if (errors == 0)
            return $"{Counted(warnings, "warning")}.";
        return warnings == 0
            ? $"{Counted(errors, "error")}. Nothing applied."
            : $"{Counted(errors, "error")}, {Counted(warnings, "warning")}. Nothing applied.";
    }

    private static void One(StringBuilder page, Problem problem, string[]? lines)
    {
        var severity = problem.Severity == Severity.Error ? "error" : "warn ";
        page.Append($"{problem.Place}  {severity}  {problem.Code} {problem.What}\n");
        var number = problem.Place.Line;
        if (lines is null || number < 1 || number > lines.Length)
        {
            if (problem.Remedy is not null)
                page.Append($"      | {problem.Remedy}\n");
            return;
        }
        var line = lines[number - 1].Replace('\t', ' ');
        if (number > 1 && InsideItem(line) && !string.IsNullOrWhiteSpace(lines[number - 2]))
            Source(page, number - 1, Window(lines[number - 2].Replace('\t', ' '), 1).Text);
        var column = Math.Clamp(problem.Place.Column, 1, line.Length + 1);
        var (text, shift) = Window(line, column);
        Source(page, number, text);
        page.Append("      | ").Append(' ', column - 1 - shift).Append('^', Width(line, column));
        if (problem.Remedy is not null)
            page.Append(' ').Append(problem.Remedy);
        page.Append('\n');
    }

    private static void Source(StringBuilder page, int number, string text) =>
        page.Append(number.ToString(CultureInfo.InvariantCulture).PadLeft(5)).Append(" | ").Append(text.TrimEnd()).Append('\n');

    // A line in the middle of an item needs the one above to be recognised; an item's first line speaks for itself.
    private static bool InsideItem(string line) => line.StartsWith(' ') && !line.AsSpan().TrimStart().StartsWith("- ");

    // A long line is shown around its column; shift is how many columns were cut off on the left.
    private static (string Text, int Shift) Window(string line, int column)
    {
        if (line.Length <= WidestLine)
            return (line, 0);
        var start = Math.Clamp(column - 1 - KeptLeft, 0, line.Length - 1);
        var text = line.AsSpan(start, Math.Min(WidestLine, line.Length - start));
        var left = start > 0 ? "…" : "";
        var right = start + text.Length < line.Length ? "…" : "";
        return ($"{left}{text}{right}", start - left.Length);
    }

    // The caret spans the word or quoted text that begins at the column.
    private static int Width(string line, int column)
    {
        var start = column - 1;
        if (start >= line.Length)
            return 1;
        if (line[start] is '"' or '\'')
        {
            var close = line.IndexOf(line[start], start + 1);
            return close < 0 ? 1 : Math.Min(close - start + 1, 60);
        }
        if (line[start] is '[' or '{')
            return 1;
        var end = start;
        while (end < line.Length && !IsWordEnd(line, end))
            end++;
        return Math.Clamp(end - start, 1, 60);
    }

    private static bool IsWordEnd(string line, int at) =>
        line[at] is ' ' or ',' or ']' or '}' || (line[at] == ':' && (at + 1 == line.Length || line[at + 1] == ' '));

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
