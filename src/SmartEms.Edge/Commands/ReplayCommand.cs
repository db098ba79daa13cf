using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Commands;

/// <summary>smartems replay: thinks stored cycles again and compares, byte by byte. Works on the store itself, beside a running daemon, or on a capture.</summary>
internal static class ReplayCommand
{
    public static Option<DateTimeOffset?> From { get; } = new("--from") { Description = "first moment, ISO 8601", HelpName = "time" };

    public static Option<DateTimeOffset?> To { get; } = new("--to") { Description = "end, ISO 8601", HelpName = "time" };

    public static Command Build(Screen screen)
    {
        var assert = new Option<bool>("--assert") { Description = "exit 1 unless every record gives the same bytes" };
        var whatIf = new Option<string?>("--what-if") { Description = "think under this site file instead, and tell which decisions would differ", HelpName = "file" };
        var capture = new Option<string?>("--capture") { Description = "a file that smartems capture made, instead of the store", HelpName = "file" };
        var command = new Command("replay", "thinks the stored decisions again and compares every byte") { RunCommand.Store, CheckCommand.Profiles, From, To, assert, whatIf, capture };
        command.SetAction(parsed =>
        {
            using var store = Stores.Opened(() => SqliteStore.OpenReadOnly(parsed.GetValue(capture) ?? parsed.GetValue(RunCommand.Store)!));
            var profiles = CheckCommand.ProfilesOf(parsed);
            var other = parsed.GetValue(whatIf) is { } path ? SiteChoice.Load(path, profiles, screen).Site : null;
            var (first, end) = Span(parsed);
            var view = Stores.Opened(() => new Replayer(store, profiles, other).Run(first, end));
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, RunsJson.Wire.ReplayView));
            else
                Tell(view, screen);
            return parsed.GetValue(assert) && (view.Different > 0 || view.Unreadable > 0 || view.Records == 0) ? Exit.Failed : Exit.Ok;
        });
        return command;
    }

    /// <summary>What --from and --to ask for; everything without them.</summary>
    public static (Instant From, Instant To) Span(ParseResult parsed) =>
        (Instant.From(parsed.GetValue(From) ?? DateTimeOffset.UnixEpoch), Instant.From(parsed.GetValue(To) ?? DateTimeOffset.MaxValue.AddDays(-1)));

    private static void Tell(ReplayView view, Screen screen)
    {
        screen.Out.WriteLine($"{view.Records} decisions thought again: {view.Same} the same, {view.Different} different, {view.Unreadable} unreadable");
        foreach (var note in view.Notes)
            screen.Out.WriteLine(Glyphs.For(screen.Traits, $"  {note}"));
    }
}
