using System.Runtime.CompilerServices;
using Xunit;

namespace SmartEms.Edge.Tests.Scenarios;

/// <summary>Scenario files until the shared reader stands above this folder: what is given above a line of dashes, the story below; UPDATE_GOLDEN=1 rewrites.</summary>
internal static class Golden
{
    private const string Separator = "----------";

    public static TheoryData<string> Files(string folder, string pattern = "*.txt", [CallerFilePath] string caller = "")
    {
        var names = new TheoryData<string>();
        foreach (var path in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(caller)!, folder), pattern).Order(StringComparer.Ordinal))
            names.Add(Path.GetFileName(path));
        return names;
    }

    public static void Check(string folder, string name, Func<string, string> tell, [CallerFilePath] string caller = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(caller)!, folder, name);
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        var dashes = text.IndexOf($"\n{Separator}\n", StringComparison.Ordinal);
        var given = dashes < 0 ? text : text[..(dashes + 1)];
        var told = tell(given);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, $"{given}{Separator}\n{told}");
        else
            Assert.Equal(dashes < 0 ? "" : text[(dashes + Separator.Length + 2)..], told);
    }
}
