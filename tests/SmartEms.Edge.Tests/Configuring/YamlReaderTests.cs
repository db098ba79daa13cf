using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Core.Configuring;
using Xunit;

namespace SmartEms.Edge.Tests.Configuring;

/// <summary>The subset of YAML that is read, with the place of everything, and the clear refusal of the rest.</summary>
public class YamlReaderTests
{
    [Fact]
    public void Keys_and_values_know_their_place()
    {
        var map = Assert.IsType<MapNode>(YamlReader.Read("a: 1\nb:\n  - x\n  - 'y'\n", "f").Value);
        Assert.Equal(new Place("f", 1, 1), map.Entries[0].KeyPlace);
        Assert.Equal(new ScalarNode(new Place("f", 1, 4), "1", false), map.Entries[0].Value);
        var list = Assert.IsType<ListNode>(map.Find("b"));
        Assert.Equal(new Place("f", 3, 3), list.Place);
        Assert.Equal(new ScalarNode(new Place("f", 4, 5), "y", true), list.Items[1]);
    }

    [Fact]
    public void Duplicate_keys_are_kept_for_the_binder()
    {
        var map = Assert.IsType<MapNode>(YamlReader.Read("a: 1\na: 2\n", "f").Value);
        Assert.Equal(["a", "a"], map.Entries.Select(entry => entry.Key));
    }

    [Fact]
    public void Truth_and_numbers_stay_text_until_somebody_asks()
    {
        var map = Assert.IsType<MapNode>(YamlReader.Read("\uFEFFcountry: no\nversion: 1.10\nempty:\n", "f").Value);
        Assert.Equal(["no", "1.10", ""], map.Entries.Select(entry => ((ScalarNode)entry.Value).Text));
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x\n", "E110", 1, 4)]
    [InlineData("a: 1\nb: *x\n", "E110", 2, 4)]
    [InlineData("a: !!int 1\n", "E110", 1, 4)]
    [InlineData("a: 1\n---\nb: 2\n", "E110", 2, 1)]
    [InlineData("%YAML 1.1\n---\na: 1\n", "E110", 1, 1)]
    [InlineData("? [a, b]\n: 1\n", "E110", 1, 1)]
    [InlineData("a:\n\tb: 1\n", "E100", 2, 1)]
    [InlineData("a: [1, 2\nb: 3\n", "E100", 1, 6)] // the scanner gives up on the rest: after the 1
    [InlineData("a:\n  b: 1\n\tc: 2\n", "E100", 3, 1)]
    [InlineData("a: 1\nb: 2\nc:\n\td: 3\n", "E100", 4, 1)]
    [InlineData("a: 1\n  b: 2\n", "E100", 2, 4)]
    [InlineData("a: \"open\n", "E100", 1, 4)]
    [InlineData("", "E100", 1, 1)]
    [InlineData("# nothing\n", "E100", 1, 1)]
    [InlineData("a: 1\nb: \0\nc: 3\n", "E100", 2, 4)] // a NUL must not end the file in silence
    public void What_is_not_read_is_refused_at_its_place(string text, string code, int line, int column)
    {
        var read = YamlReader.Read(text, "f");
        Assert.Null(read.Value);
        var problem = Assert.Single(read.Problems);
        Assert.Equal((code, new Place("f", line, column), Severity.Error), (problem.Code, problem.Place, problem.Severity));
    }

    [Fact]
    public void Half_a_character_is_refused() =>
        Assert.Equal(new Place("f", 1, 4), Assert.Single(YamlReader.Read("a: \uD83D\n", "f").Problems).Place);

    [Fact]
    public void Depth_and_size_have_limits()
    {
        Assert.NotNull(YamlReader.Read(new string('[', 32) + new string(']', 32), "f").Value);
        Assert.Equal("E109", Assert.Single(YamlReader.Read(new string('[', 33) + new string(']', 33), "f").Problems).Code);
        Assert.Equal("E109", Assert.Single(YamlReader.Read(new string('[', 1_000_000), "f").Problems).Code);
        Assert.Equal("E109", Assert.Single(YamlReader.Read("a: " + new string('x', 1 << 20), "f").Problems).Code);
        Assert.NotNull(YamlReader.Read("a: " + new string('x', (1 << 20) - 3), "f").Value);
    }
}
