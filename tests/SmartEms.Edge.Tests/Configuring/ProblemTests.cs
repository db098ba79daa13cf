using System.Reflection;
using SmartEms.Edge.Core.Configuring;
using Xunit;

namespace SmartEms.Edge.Tests.Configuring;

/// <summary>The catalogue of codes, the suggestions, and the page that is printed.</summary>
public class ProblemTests
{
    [Fact]
    public void Every_code_is_in_the_catalogue_once_and_says_how_bad_it_is()
    {
        string[] constants = [.. typeof(ProblemCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];
        string[] listed = [.. ProblemCodes.All.Select(code => code.Code)];
        Assert.Equal(constants.Order(), listed.Order());
        Assert.Equal(listed.Length, listed.Distinct().Count());
        Assert.All(listed, code => Assert.Matches("^(E1|W2)[0-9]{2}$", code));
        Assert.Equal(Severity.Warning, ProblemCodes.SeverityOf(ProblemCodes.Unused));
    }

    [Theory]
    [InlineData("unitt", "unit")]
    [InlineData("sumpsec", "sunspec")]
    [InlineData("Profile", "profile")]
    [InlineData("soc_min", "soc_min_pct")]
    [InlineData("banana", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_suggested_or_none(string word, string? expected) =>
        Assert.Equal(expected, Spelling.Nearest(word, ["profile", "unit", "sunspec", "connect", "soc_min_pct"]));

    [Theory]
    [InlineData("ab", "ba", 1)]
    [InlineData("abc", "abd", 1)]
    [InlineData("abc", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ABC", "abc", 0)]
    public void Distance_counts_edits(string a, string b, int expected) => Assert.Equal(expected, Spelling.Distance(a, b));

    [Fact]
    public void The_list_is_bounded_ordered_and_free_of_repetition()
    {
        var problems = new ProblemList();
        for (var i = 1_000; i > 0; i--)
        {
            problems.Add(new("f", i, 1), ProblemCodes.Syntax, "wrong");
            problems.Add(new("f", i, 1), ProblemCodes.Syntax, "wrong");
        }
        var kept = problems.Refuse<Node>().Problems;
        Assert.Equal(ProblemList.Limit + 1, kept.Length);
        Assert.True(kept.Zip(kept.Skip(1)).All(pair => pair.First.Place.Line <= pair.Second.Place.Line));
        Assert.Contains(kept, problem => problem.Code == ProblemCodes.TooLarge);
        Assert.False(problems.Result(() => new ScalarNode(default, "", false)).IsUsable);
    }

    [Fact]
    public void Any_number_of_warnings_leaves_a_file_usable_and_hides_no_error()
    {
        var problems = new ProblemList();
        for (var i = 1; i <= 1_000; i++)
            problems.Add(new("f", i, 1), ProblemCodes.Unused, "idle");
        Assert.True(problems.Result(() => new ScalarNode(default, "", false)).IsUsable);
        problems.Add(new("f", 2_000, 1), ProblemCodes.Syntax, "wrong");
        var kept = problems.Refuse<Node>().Problems;
        Assert.Equal((ProblemList.Limit, "wrong"), (kept.Length, kept[^1].What));
    }

    [Fact]
    public void A_page_without_source_still_shows_the_remedy()
    {
        Problem[] problems = [new(new("gone.yaml", 3, 7), Severity.Warning, "W208", "x: unused", "remove it")];
        Assert.Equal("gone.yaml:3:7  warn   W208 x: unused\n      | remove it\n1 warning.\n", ProblemPrinter.Print(problems, _ => null));
        Assert.Equal("No problems.\n", ProblemPrinter.Print([], _ => null));
    }

    [Fact]
    public void A_caret_stays_under_its_word_in_a_line_that_is_too_long_to_show()
    {
        var line = new string('a', 300) + " WORD " + new string('b', 300);
        var page = ProblemPrinter.Print([new(new("f", 1, 302), Severity.Error, "E101", "w", null)], _ => line).Split('\n');
        Assert.Equal(page[1].IndexOf("WORD", StringComparison.Ordinal), page[2].IndexOf('^'));
        Assert.True(page[1].Length < 170);
    }
}
