using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SmartEms.Edge.Commands;
using SmartEms.Edge.Tests.Control;
using Xunit;

namespace SmartEms.Edge.Tests.Commands;

/// <summary>The command line as a whole: exit codes, json, watching, and the end of the program.</summary>
public class CommandLineTests
{
    [Fact]
    public async Task Help_lists_every_verb_and_the_exit_codes()
    {
        var ran = await Shell.RunAsync(["--help"]);
        Assert.Equal((Exit.Ok, ""), (ran.Exit, ran.Error));
        foreach (var verb in new[] { "status", "why", "devices", "check", "version" })
            Assert.Contains($"\n  {verb}", ran.Out, StringComparison.Ordinal);
        Assert.Contains("130  ended by Ctrl-C", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_the_daemons_answer_on_one_line()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        foreach (var verb in new[] { "status", "devices", "why" })
        {
            var ran = await Shell.RunAsync([verb, "-o", "json", "--socket", server.Socket], new() { Colour = true, IsTerminal = true, Unicode = false });
            Assert.Equal((Exit.Ok, ""), (ran.Exit, ran.Error));
            Assert.Equal(Encoding.UTF8.GetString(await server.Client.GetAsync($"/v1/{verb}", default)) + "\n", ran.Out);
        }
    }

    [Fact]
    public async Task Version_names_the_daemon_only_if_there_is_one()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well) with { Version = "0.0.9" });
        var with = await Shell.RunAsync(["version", "-o", "json", "--socket", server.Socket]);
        Assert.Equal("0.0.9", JsonDocument.Parse(with.Out).RootElement.GetProperty("daemon_version").GetString());
        Assert.Contains("another version", (await Shell.RunAsync(["version", "--socket", server.Socket])).Out, StringComparison.Ordinal);
        var without = await Shell.RunAsync(["version", "-o", "json", "--socket", "/nowhere"]);
        Assert.Equal((Exit.Ok, JsonValueKind.Null), (without.Exit, JsonDocument.Parse(without.Out).RootElement.GetProperty("daemon_version").ValueKind));
        Assert.Equal($"smartems {Composition.Version}\n", (await Shell.RunAsync(["--version"])).Out);
    }

    [Theory]
    [InlineData(false, "json")]
    [InlineData(true, "json")]
    [InlineData(false, "text")]
    public async Task Watching_elsewhere_than_on_a_terminal_adds_look_after_look(bool isTerminal, string form)
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        using var writer = new Counting(3, form == "json" ? "{\"site\":" : "smartems  ");
        var exit = await WatchAsync(["status", "-w", "0.2", "-o", form, "--socket", server.Socket], writer, new() { IsTerminal = isTerminal });
        Assert.Equal(Exit.Interrupted, exit);
        Assert.DoesNotContain('\e', writer.ToString());
    }

    [Fact]
    public async Task Watching_on_a_terminal_draws_over_and_gives_the_screen_back()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        using var writer = new Counting(2, "smartems  ");
        Assert.Equal(Exit.Interrupted, await WatchAsync(["status", "-w", "0.2", "--socket", server.Socket], writer, new() { IsTerminal = true }));
        Assert.StartsWith("\e[?1049h", writer.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\e[?1049l", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_on_a_terminal_waits_for_an_absent_daemon_and_a_script_does_not()
    {
        using var writer = new Counting(2, "there is no /nowhere");
        Assert.Equal(Exit.Interrupted, await WatchAsync(["status", "-w", "0.2", "--socket", "/nowhere"], writer, new() { IsTerminal = true }));
        Assert.Equal(Exit.DaemonNotReachable, (await Shell.RunAsync(["status", "-w", "--socket", "/nowhere"])).Exit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fault_of_the_program_is_one_line_and_with_verbose_the_stack(bool isVerbose)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture), error = new(CultureInfo.InvariantCulture);
        string[] args = isVerbose ? ["break", "--verbose"] : ["break"];
        var exit = await Root.RunAsync(args, new(output, error, new(), TimeProvider.System), [_ => Breaking()]);
        Assert.Equal((Exit.Failed, ""), (exit, output.ToString()));
        Assert.StartsWith("smartems: InvalidOperationException: a bug\n", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(isVerbose, error.ToString().Contains(nameof(Breaking), StringComparison.Ordinal));
    }

    private static Command Breaking()
    {
        var command = new Command("break", "fails");
        command.SetAction(int (_) => throw new InvalidOperationException("a bug"));
        return command;
    }

    private static async Task<int> WatchAsync(string[] args, Counting writer, ScreenTraits traits)
    {
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        return await Root.RunAsync(args, new(writer, error, traits, new FridayAfternoon()), Program.Verbs, writer.Enough.Token);
    }

    /// <summary>Hears a text so often, then asks for the end as Ctrl-C would; a minute is the hang guard.</summary>
    private sealed class Counting(int times, string text) : StringWriter(CultureInfo.InvariantCulture)
    {
        public CancellationTokenSource Enough { get; } = new(TimeSpan.FromMinutes(1));

        public override void Write(string? value) => Count(() => base.Write(value));

        public override void WriteLine(string? value) => Count(() => base.WriteLine(value));

        private void Count(Action write)
        {
            write();
            var (all, from, seen) = (ToString(), 0, 0);
            while ((from = all.IndexOf(text, from, StringComparison.Ordinal)) >= 0)
                (from, seen) = (from + 1, seen + 1);
            if (seen >= times)
                Enough.Cancel();
        }

        protected override void Dispose(bool disposing)
        {
            Assert.True(ToString().Split(text).Length > times, $"fewer than {times} looks within a minute");
            Enough.Dispose();
            base.Dispose(disposing);
        }
    }
}
