using System.CommandLine;
using System.CommandLine.Parsing;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>The options that every verb understands.</summary>
internal static class Options
{
    public static Option<string> Output { get; } = new("--output", "-o")
    {
        Description = "text, or json: one object on one line",
        Recursive = true,
        HelpName = "text|json",
        DefaultValueFactory = _ => "text",
        CompletionSources = { "text", "json" },
        Validators =
        {
            result =>
            {
                // Rows of telemetry are the one thing that other programs want as lines.
                if (result.Tokens is [{ Value: "csv" or "jsonl" }] && result.Parent is CommandResult { Parent: CommandResult { Command.Name: "telemetry" } })
                    return;
                if (result.Tokens is [{ Value: not ("text" or "json") } other])
                    result.AddError($"--output takes text or json, not '{other.Value}'.");
            },
        },
    };

    public static Option<string> Socket { get; } = new("--socket")
    {
        Description = "the daemon's socket",
        Recursive = true,
        HelpName = "path",
        DefaultValueFactory = _ => Paths.Socket,
    };

    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "tell more when something fails",
        Recursive = true,
    };

    public static bool IsJson(this ParseResult parsed) => parsed.GetValue(Output) == "json";

    public static LocalClient Client(this ParseResult parsed, Screen screen) => new(parsed.GetValue(Socket)!, screen.Time);
}
