using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Core.Configuring;
using Xunit;

namespace SmartEms.Edge.Tests.Configuring;

/// <summary>Whatever an editor, a phone keyboard or a bad SD card makes of a site file, it is a site or an error with a place.</summary>
public class SiteFuzzTests
{
    private const int Rounds = 10_000;
    private static readonly char[] Letters = [.. " \t\n:-#[]{}\"'&*!|>%@`,?0x.9aZ~<=\\/_é€\0\uD83D\uFEFF"];

    private static readonly string[] Values =
        ["-1", "0", "1e999", ".nan", ".inf", "0x", "0xFFFFFFFFFFFFFFFF", "99999999999999999999", "-0", "no", "null", "~", "''", "[]", "{}", "[[]]", "{a: b}", "&a 1", "*a", "!!int 1", "|", "\"\\u0000\"", "1_000", "2026-01-01"];

    [Theory]
    [InlineData(1)]
    [InlineData(20_261_120)]
    public void A_mutated_site_is_a_site_or_an_error_with_a_place(int seed)
    {
        var good = SiteFileTests.DemoText();
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < Rounds / 2; round++)
        {
            var text = good;
            for (var hits = random.Next(1, 5); hits > 0; hits--)
                text = Mutate(text, random);
            var read = SiteFileTests.Read(text);
            var errors = read.Problems.Count(problem => problem.Severity == Severity.Error);
            Assert.True(read.IsUsable == (errors == 0), $"seed {seed} round {round}: {errors} errors, usable {read.IsUsable}\n{text}");
            foreach (var problem in read.Problems)
                Assert.True(problem.Place is { File: "site.yaml", Line: >= 1, Column: >= 1 } && problem.What.Length > 0, $"seed {seed} round {round}: {problem}");
            Assert.EndsWith(".\n", ProblemPrinter.Print(read.Problems, _ => text));
            refused += errors > 0 ? 1 : 0;
        }
        Assert.InRange(refused, Rounds / 8, Rounds / 2); // the mutations do bite
    }

    private static string Mutate(string text, Random random)
    {
        if (text.Length < 300)
            return text + text;
        var at = random.Next(text.Length - 200);
        switch (random.Next(8))
        {
            case 0:
                return text.Insert(at, Letters[random.Next(Letters.Length)].ToString());
            case 1:
                return text.Remove(at, 1);
            case 2:
                return text[..at];
            case 3:
                return text.Insert(at, text.Substring(random.Next(text.Length - 200), random.Next(200)));
            case 4:
                return text.Remove(at, random.Next(200));
            case 5:
                return text.Insert(at, new string(Letters[random.Next(Letters.Length)], random.Next(1, 60)));
            default:
                return ReplaceValue(text, random);
        }
    }

    private static string ReplaceValue(string text, Random random)
    {
        var lines = text.Split('\n');
        var i = random.Next(lines.Length);
        var colon = lines[i].IndexOf(": ", StringComparison.Ordinal);
        if (colon > 0 && !lines[i].StartsWith('#'))
            lines[i] = $"{lines[i][..colon]}: {Values[random.Next(Values.Length)]}";
        else
            (lines[i], lines[^1]) = (lines[^1], lines[i]);
        return string.Join("\n", lines);
    }
}
