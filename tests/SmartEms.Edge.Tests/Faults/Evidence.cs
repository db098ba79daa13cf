using System.Diagnostics;
using System.Globalization;
using SmartEms.Edge.Tests.Tidy;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>Writes docs/evidence/durability.md, one line per fault, when SMARTEMS_EVIDENCE=1: what ran, how often, with which seed, and what came of it.</summary>
internal static class Evidence
{
    private const string Head = """
        # Durability: what was injected and what came of it

        Written by the tests (`SMARTEMS_EVIDENCE=1 ./dev test --long --filter Faults`); do not edit. Faults are numbered as in the tests' names.

        | fault | what | count | seed | result | date (UTC) | commit |
        |---|---|---|---|---|---|---|

        """;

    private static readonly Lock Gate = new();

    /// <summary>Asked once, before the first line makes the tree differ from its commit.</summary>
    private static readonly Lazy<string> Tested = new(Commit);

    /// <summary>Called after the test's own assertions: a line stands here only for a run that passed.</summary>
    public static void Passed(string fault, string what, long count, string result)
    {
        if (Environment.GetEnvironmentVariable("SMARTEMS_EVIDENCE") != "1")
            return;
        lock (Gate)
        {
            var commit = Tested.Value;
            var path = Path.Combine(SourceTree.Root, "docs", "evidence", "durability.md");
            var lines = File.Exists(path) ? File.ReadAllLines(path).Where(line => line.Length > 3 && line[..2] == "| " && line[2] is 'S' or 'P' or 'C' && char.IsAsciiDigit(line[3])).ToList() : [];
            lines.RemoveAll(line => line.StartsWith($"| {fault} |", StringComparison.Ordinal));
            var date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {fault} | {what} | {count} | {Effort.Seed} | {result} | {date} | {commit} |"));
            lines.Sort((a, b) => Number(a).CompareTo(Number(b)) is not 0 and var by ? by : string.CompareOrdinal(a, b));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Head + string.Join('\n', lines) + "\n");
        }
    }

    private static int Number(string line) =>
        (line[2] == 'P' ? 100 : line[2] == 'C' ? 200 : 0) + int.Parse(string.Concat(line.Skip(3).TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);

    private static string Commit()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", SourceTree.Root, "describe", "--always", "--dirty", "--exclude=*"]) { RedirectStandardOutput = true })!;
        var words = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return words.Length == 0 ? "unknown" : words;
    }
}
