using System.Text.RegularExpressions;

namespace SmartEms.Edge;

/// <summary>Takes secrets out of a YAML text: the value of every key whose name holds password, secret, token or credential, and user names in addresses.
/// The text stays valid YAML.</summary>
internal static partial class Redaction
{
    private const string Word = "redacted";

    public static string Clean(string text)
    {
        var lines = text.Split('\n');
        var kept = new List<string>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = InLine().Replace(lines[i], match => $"{match.Groups["key"].Value}: {Word}");
            line = Address().Replace(line, $"${{scheme}}{Word}@");
            if (Block().Match(lines[i]) is not { Success: true } block)
            {
                kept.Add(line);
                continue;
            }
            kept.Add($"{block.Groups["key"].Value}: {Word}");
            while (i + 1 < lines.Length && (lines[i + 1].Trim().Length == 0 || Indent(lines[i + 1]) > block.Groups["indent"].Length))
                i++; // the lines of a block belong to the value
        }
        return string.Join('\n', kept);
    }

    private static int Indent(string line) => line.Length - line.TrimStart(' ').Length;

    [GeneratedRegex("""(?<key>["']?[\w.-]*(password|passwd|secret|token|credential)[\w.-]*["']?)\s*:\s+("(\\.|[^"\\])*"|'([^']|'')*'|[^\s,}#][^,}\n]*)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex InLine();

    [GeneratedRegex("""^(?<key>(?<indent>\s*(-\s+)?)["']?[\w.-]*(password|passwd|secret|token|credential)[\w.-]*["']?)\s*:\s*([|>][\w+-]*\s*|)(#.*)?\r?$""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex(@"(?<scheme>\b[a-z][a-z0-9+.-]*://)[^/@\s]+@", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Address();
}
