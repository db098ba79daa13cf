using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge.Commands;

/// <summary>smartems telemetry export: any amount of rows as csv or jsonl, to standard output or whole into a file, and a word on what is missing.</summary>
internal static class TelemetryExportCommand
{
    private static readonly Option<string?> File = new("--file", "-f") { Description = "the file to make; what is missing goes to FILE.gaps.json", HelpName = "file" };
    private static readonly Option<bool> Force = new("--force") { Description = "replace the file when it exists" };

    public static Command Build(Screen screen)
    {
        var command = new Command("export", "stored values as csv (or -o jsonl), however many")
        {
            TelemetryCommand.Points, TelemetryCommand.Since, TelemetryCommand.Until, TelemetryCommand.Every, TelemetryCommand.Value, TelemetryCommand.Quality, File, Force, RunCommand.Store,
        };
        command.SetAction((parsed, stop) => parsed.IsJson()
            ? throw new Refusal(Exit.Usage, "export_form", "an export is csv or jsonl", "-o jsonl gives one object per line; smartems telemetry query -o json one object")
            : TelemetryCommand.WithStoreAsync(parsed, (reader, ended) => Run(parsed, screen, reader, ended), stop));
        return command;
    }

    private static int Run(ParseResult parsed, Screen screen, ITelemetryReader reader, CancellationToken stop)
    {
        var query = TelemetryCommand.QueryOf(parsed, screen, reader);
        if (parsed.GetValue(File) is not { } path)
        {
            var (shown, missing) = Stream(screen, reader, query, TelemetryLines.Of(parsed, screen.Out, query), stop);
            Tell(screen, shown, missing, "");
            return Exit.Ok;
        }
        var isForced = parsed.GetValue(Force);
        using var rows = WholeFile.Begin(path, isForced);
        using var gaps = WholeFile.Begin($"{path}.gaps.json", isForced);
        var (count, found) = Stream(screen, reader, query, TelemetryLines.Of(parsed, rows.Text, query), stop);
        gaps.Text.WriteLine(JsonSerializer.Serialize(new(Parts.Of(query.From), Parts.Of(query.To), found), ViewsJson.Wire.TelemetryGapsView));
        rows.Finish();
        gaps.Finish();
        Tell(screen, count, found, found.Length > 0 ? $" → {path}, {path}.gaps.json" : $" → {path}");
        return Exit.Ok;
    }

    /// <summary>Writes every row; holds one at a time.</summary>
    internal static (long Rows, TelemetryGapView[] Gaps) Stream(Screen screen, ITelemetryReader reader, TelemetryQuery query, TelemetryLines lines, CancellationToken stop)
    {
        var gaps = query.Gaps(reader);
        var progress = new Progress(screen, query.From, query.To);
        lines.Begin();
        foreach (var row in query.Rows(reader, gaps))
        {
            stop.ThrowIfCancellationRequested();
            lines.Row(row);
            progress.Saw(row.At);
        }
        lines.End();
        progress.End();
        return (progress.Rows, [.. gaps.Missing().Select(TelemetryViews.Of)]);
    }

    private static void Tell(Screen screen, long rows, TelemetryGapView[] gaps, string where)
    {
        screen.Say($"done: {rows} {(rows == 1 ? "row" : "rows")}, {(gaps.Length == 0 ? "no gaps" : Spoken.Count(gaps.Length, "gap"))}{where}");
        TelemetryCommand.TellGaps(screen, gaps);
    }
}
