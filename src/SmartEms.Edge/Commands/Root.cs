using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using SmartEms.Edge.Core.Configuring;

namespace SmartEms.Edge.Commands;

/// <summary>The command line as a whole: finds the verb, runs it, and turns every way it can end into an exit code and words that help.</summary>
internal static class Root
{
    private const string About = "smartems: the energy controller of this site. One program: the daemon, and the verbs that ask it.";

    private const string ExitCodes = """
        Exit codes:
          0  ok                           5  the device refused
          1  failed                       8  no permission
          2  wrong usage                  9  somebody else holds the device
          3  the daemon is not reachable 10  the configuration is invalid
          4  the device does not answer 130  ended by Ctrl-C

        """;

    /// <summary>How long a verb that was told to stop may take before the process ends under it; more than the daemon gives its devices for their release.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    /// <summary>Runs one command line. Data goes to the screen's output, all else to its error stream.</summary>
    public static async Task<int> RunAsync(string[] args, Screen screen, IReadOnlyList<Func<Screen, Command>> verbs, CancellationToken stop = default)
    {
        var root = Build(screen, verbs);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var isJson = IsJson(parsed, args);
        try
        {
            if (parsed.Action is ParseErrorAction)
                throw Misread(parsed, root);
            return await parsed.InvokeAsync(new() { Output = screen.Out, Error = screen.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = EndsWithin }, stop);
        }
        catch (Refusal refusal)
        {
            return Tell(screen, isJson, new(refusal.Code, refusal.Exit, refusal.Message, refusal.Hint));
        }
        catch (OperationCanceledException)
        {
            return Exit.Interrupted;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var isVerbose = args.Contains("--verbose");
            Tell(screen, isJson, new("failed", Exit.Failed, $"{failure.GetType().Name}: {failure.Message}", isVerbose ? "" : "--verbose tells where; please report it"));
            if (isVerbose)
                screen.Say(failure.ToString());
            return Exit.Failed;
        }
    }

    private static RootCommand Build(Screen screen, IReadOnlyList<Func<Screen, Command>> verbs)
    {
        var root = new RootCommand(About) { Options.Output, Options.Socket, Options.Verbose };
        foreach (var verb in verbs)
            root.Subcommands.Add(verb(screen));
        foreach (var option in root.Options)
            if (option is HelpOption help)
                help.Action = new HelpWithExitCodes(screen);
            else if (option is VersionOption version)
                version.Action = new OwnVersion(screen);
        return root;
    }

    private static Refusal Misread(ParseResult parsed, RootCommand root)
    {
        var verb = parsed.CommandResult.Command;
        var help = verb is RootCommand ? "smartems --help" : $"smartems {Path(parsed.CommandResult)} --help";
        if (verb is RootCommand && parsed.UnmatchedTokens is [var word, ..])
        {
            string[] names = [.. root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name)];
            return new(Exit.Usage, "usage", $"there is no verb {word}", $"{(Spelling.Nearest(word, names) is { } near ? $"did you mean smartems {near}? " : "")}{help} lists them");
        }
        if (verb is RootCommand && parsed.Errors.All(error => error.SymbolResult is null || error.SymbolResult == parsed.CommandResult))
            return new(Exit.Usage, "usage", $"say what to do: {string.Join(", ", root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name))}", help);
        return new(Exit.Usage, "usage", string.Join(' ', parsed.Errors.Select(error => error.Message).Distinct()), help);
    }

    /// <summary>"status", or "telemetry query".</summary>
    private static string Path(CommandResult verb) => verb.Parent is CommandResult { Command: not RootCommand } noun ? $"{Path(noun)} {verb.Command.Name}" : verb.Command.Name;

    /// <summary>A line that could not be parsed may still have asked for JSON.</summary>
    private static bool IsJson(ParseResult parsed, string[] args)
    {
        if (parsed.Errors.Count == 0)
            return parsed.IsJson();
        for (var i = 0; i < args.Length; i++)
            if (args[i] is "-ojson" or "-o=json" or "--output=json" || (args[i] is "-o" or "--output" && i + 1 < args.Length && args[i + 1] == "json"))
                return true;
        return false;
    }

    private static int Tell(Screen screen, bool isJson, FailureView failure)
    {
        if (isJson)
            screen.Error.WriteLine(JsonSerializer.Serialize(failure, CommandsJson.Wire.FailureView));
        else
            screen.Say($"smartems: {failure.Message}{(failure.Hint.Length > 0 ? $"\n  → {failure.Hint}" : "")}");
        return failure.Exit;
    }

    /// <summary>The usual help, and after it what the exit codes mean.</summary>
    private sealed class HelpWithExitCodes(Screen screen) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            new HelpAction().Invoke(parseResult);
            if (parseResult.CommandResult.Command is RootCommand)
                screen.Out.Write(ExitCodes.ReplaceLineEndings("\n"));
            return Exit.Ok;
        }

        public override bool ClearsParseErrors => true;
    }

    /// <summary>--version, for those who try that first.</summary>
    private sealed class OwnVersion(Screen screen) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            screen.Out.WriteLine($"smartems {Composition.Version}");
            return Exit.Ok;
        }
    }
}
