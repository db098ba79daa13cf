using SmartEms.Edge.Commands;
using Xunit;

namespace SmartEms.Edge.Tests.Commands;

/// <summary>When there is colour, which glyphs there are, and how text folds.</summary>
public class ScreenTests
{
    [Theory]
    [InlineData(true, "TERM=xterm LANG=de_DE.UTF-8", true, true, 100)]
    [InlineData(true, "TERM=xterm LANG=de_DE.UTF-8 NO_COLOR=1", false, true, 100)]
    [InlineData(true, "TERM=xterm LANG=de_DE.UTF-8 NO_COLOR=", true, true, 100)]
    [InlineData(true, "TERM=dumb LANG=C.utf8", false, true, 100)]
    [InlineData(true, "LANG=C", false, false, 100)]
    [InlineData(true, "TERM=xterm LC_ALL=C LANG=de_DE.UTF-8", true, false, 100)]
    [InlineData(true, "TERM=xterm COLUMNS=66", true, false, 66)]
    [InlineData(false, "TERM=xterm LANG=de_DE.UTF-8", false, true, ScreenTraits.Endless)]
    [InlineData(false, "TERM=xterm COLUMNS=80", false, false, 80)]
    public void The_environment_decides(bool isTerminal, string environment, bool colour, bool unicode, int width)
    {
        var set = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        var traits = ScreenTraits.Of(isTerminal, isTerminal ? 100 : 0, name => set.GetValueOrDefault(name));
        Assert.Equal((colour, unicode, width), (traits.Colour, traits.Unicode, traits.Width));
    }

    [Fact]
    public void A_terminal_that_does_not_know_its_width_has_80_columns() => Assert.Equal(80, ScreenTraits.Of(true, 0, _ => null).Width);

    [Fact]
    public void Rows_fold_between_fields_then_between_words_and_colour_takes_no_room()
    {
        var page = new Page(new() { Width = 30, Colour = true }).Row("Label", new("one two", Tint.Good), "three", "four five six seven eight nine");
        Assert.Equal("\e[1mLabel     \e[0m\e[32mone two\e[0m   three\n          four five six seven\n          eight nine\n", page.ToString());
    }

    [Fact]
    public void Empty_fields_leave_no_gap() => Assert.Equal("A         b   c\n", new Page(new()).Row("A", "", "b", "", "c", "").ToString());

    [Fact]
    public void Columns_beyond_the_width_go_below_with_their_heading()
    {
        var page = new Page(new() { Width = 20 }).Table([new("NAME"), new("N", true), new("LINK"), new("MORE")], [["meter1", "7", "tcp://10.0.0.1", "x"], ["m", "12", "–", "y"]]);
        Assert.Equal("NAME     N\nmeter1   7\n    link\n    tcp://10.0.0.1\n    more x\nm       12\n    link –   more y\n", page.ToString());
    }

    [Theory]
    [InlineData(0, "0.00 kW")]
    [InlineData(-2, "0.00 kW")]
    [InlineData(-5100, "−5.10 kW")]
    [InlineData(99_994, "99.99 kW")]
    [InlineData(123_456, "123.5 kW")]
    public void Powers_are_said(double watts, string said) => Assert.Equal(said, Spoken.Power(watts));

    [Theory]
    [InlineData(0.44, "0.4 s")]
    [InlineData(74.2, "74 s")]
    [InlineData(720, "12 min")]
    [InlineData(11_000, "3 h")]
    public void Ages_are_said(double seconds, string said) => Assert.Equal(said, Spoken.Age(seconds));

    [Theory]
    [InlineData(12, "12 s")]
    [InlineData(3_900, "01:05")]
    [InlineData(1_051_872, "12 d 04:11")]
    public void Uptimes_are_said(double seconds, string said) => Assert.Equal(said, Spoken.Uptime(seconds));

    [Fact]
    public void Every_glyph_has_a_stand_in() =>
        Assert.Equal("[###.] -5 -> 20 deg C <= x avg ? ok", Glyphs.For(new() { Unicode = false }, "▕███░▏ −5 → 20 °C ≤ × Ø ä ok"));
}
