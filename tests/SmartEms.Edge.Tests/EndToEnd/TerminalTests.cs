using Xunit;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>The demo on a terminal, through a pipe, and to its own end.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class TerminalTests
{
    private const string Clear = "\e[H\e[J";

    [Fact]
    public async Task On_a_terminal_the_screen_is_drawn_over_and_over()
    {
        var start = Bundle.Prepare("script", ["-qec", $"stty cols 110 rows 40; '{Bundle.Binary}' demo --for 3s --speed 60", "/dev/null"]);
        start.Environment["TERM"] = "xterm-256color";
        var ended = await Bundle.RunAsync(start, Bundle.Guard);
        Assert.True(ended.Exit == 0, ended.ToString());
        var screens = ended.Out.Split(Clear);
        Assert.True(screens.Length > 3, ended.ToString());
        var last = screens[^1];
        foreach (var shown in (string[])["Power", "grid", "Battery", "%", "self-consume", "Decision", "1 ", "Devices", "4 up", "Limits", "violations 0"])
            Assert.Contains(shown, last, StringComparison.Ordinal);
        Assert.Contains("\e[?1049l", ended.Out, StringComparison.Ordinal);
        Assert.Contains("limit violations = 0", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Through_a_pipe_there_are_plain_lines()
    {
        var start = Bundle.Prepare(Bundle.Binary, ["demo", "--for", "6s", "--speed", "60"]);
        start.Environment["TERM"] = "xterm-256color";
        var ended = await Bundle.RunAsync(start, Bundle.Guard);
        Assert.True(ended.Exit == 0, ended.ToString());
        Assert.DoesNotContain('\e', ended.Out + ended.Errors);
        Assert.Matches(@"grid [-+]?\d+\.\d\d kW  pv .* soc \d+ %  SelfConsume", ended.Out);
    }

    [Fact]
    public async Task It_ends_by_itself_with_its_summary()
    {
        var ended = await Bundle.RunAsync("demo", "--for", "4s", "--speed", "900");
        Assert.True(ended.Exit == 0, ended.ToString());
        foreach (var told in (string[])["of site time", "energy ", "grid ", "battery ", "cost ", "limit violations = 0"])
            Assert.Contains(told, ended.Out, StringComparison.Ordinal);
    }
}
