using System.Runtime.CompilerServices;
using Xunit;

namespace SmartEms.Edge.Tests;

/// <summary>Scenario files: what is given above a line of dashes, the expected story below. UPDATE_GOLDEN=1 rewrites the lower half, to be read as a diff.</summary>
public static class Golden
{
    private const string Separator = "----------";

    /// <summary>The scenario files of a folder beside the calling test, as theory data: one file name per case.</summary>
    public static TheoryData<string> Files(string folder, string pattern = "*.txt", [CallerFilePath] string caller = "")
    {
        var names = new TheoryData<string>();
        foreach (var path in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(caller)!, folder), pattern).Order(StringComparer.Ordinal))
            names.Add(Path.GetFileName(path));
        return names;
    }

    /// <summary>Tells the story of one file's given part and holds it against the expected part.</summary>
    public static void Check(string folder, string name, Func<string, string> tell, [CallerFilePath] string caller = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(caller)!, folder, name);
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        var (given, expected) = Split(text);
        var told = tell(given).ReplaceLineEndings("\n");
        if (!told.EndsWith('\n'))
            told += '\n';
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            if (told != expected)
                File.WriteAllText(path, $"{given}{Separator}\n{told}");
            return;
        }
        Assert.True(expected is not null, $"{name} has no line of dashes; UPDATE_GOLDEN=1 writes the expected part");
        Assert.Equal(expected, told);
    }

    // The first line of ten or more dashes parts the file; YAML's own '---' is too short to be taken for it.
    private static (string Given, string? Expected) Split(string text)
    {
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            var line = text.AsSpan(start, end - start);
            if (line.Length >= Separator.Length && line.TrimEnd('-').IsEmpty)
                return (text[..start], end < text.Length ? text[(end + 1)..] : "");
            start = end + 1;
        }
        return (text.EndsWith('\n') ? text : text + "\n", null);
    }
}
