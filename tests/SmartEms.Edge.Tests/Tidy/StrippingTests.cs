using Xunit;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>The rules stand on the stripped text, so the stripping has its own examples.</summary>
public class StrippingTests
{
    [Theory]
    [InlineData("a // x", "a")]
    [InlineData("a /* x */ b", "a b")]
    [InlineData("f(\"x // y\") // z", "f( )")]
    [InlineData("f('\"', '\\'', b)", "f( , , b)")]
    [InlineData("f(@\"c:\\\", b)", "f( , b)")]
    [InlineData("f(@\"say \"\"x\"\" \", b)", "f( , b)")]
    [InlineData("f(\"\\\"x\", b)", "f( , b)")]
    [InlineData("f($\"x {a + g(\"y\")} z\", b)", "f( a + g( ) , b)")]
    [InlineData("f($\"{{x}} {a}\", b)", "f( a , b)")]
    [InlineData("f($@\"{a} \"\"x\"\" \", b)", "f( a , b)")]
    [InlineData("f(\"\"\"x \"y\" z\"\"\", b)", "f( , b)")]
    [InlineData("f($$\"\"\"{x} {{a}} z\"\"\", b)", "f( a , b)")]
    [InlineData("f($\"{new[] { a }.Length}\", b)", "f( new[] { a }.Length , b)")]
    public void Comments_and_strings_vanish_and_holes_stay(string text, string expected)
    {
        var stripped = Stripping.Strip(text);
        Assert.Equal(text.Length, stripped.Length);
        Assert.Equal(expected, string.Join(' ', stripped.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Replace("( )", "( )", StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_keep_their_numbers()
    {
        var file = new SourceFile("src/P/A.cs", "/* one\ntwo */\nvar x = \"\"\"\n  y\n  \"\"\";\nz();");
        Assert.Equal("src/P/A.cs:6", file.Place(file.Code.IndexOf("z()", StringComparison.Ordinal)));
    }
}
