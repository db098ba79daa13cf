using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SmartEms.Edge.Bench;

/// <summary>A page of docs/evidence that a bench writes: what was run, when and of which commit, and every figure beside its target.</summary>
internal sealed class EvidencePage
{
    private readonly StringBuilder table = new("| figure | value | unit | target |\n|---|---|---|---|\n");

    /// <summary>Asked before the first page makes the tree differ from its commit.</summary>
    private readonly string commit = Commit();

    public void Add(Figure figure) => table.Append(CultureInfo.InvariantCulture, $"| {figure.Name} | {figure.Words} |\n");

    /// <param name="path">The page.</param>
    /// <param name="title">Its first line.</param>
    /// <param name="again">The command that writes it again.</param>
    /// <param name="what">What was run, and pictures.</param>
    public void Write(string path, string title, string again, string what) => File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"""
        # {title}

        Written by the bench (again: `{again}`) on {DateTime.UtcNow:yyyy-MM-dd}, commit {commit}; do not edit. {what}


        """) + table);

    private static string Commit()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--exclude=*"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var words = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return words.Length == 0 ? "unknown" : words;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown"; // no git here
        }
    }
}
