using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;

namespace SmartEms.Edge.Commands;

/// <summary>smartems capture: one file with a stretch of the ledger, the texts it was decided under (secrets taken out), and its telemetry, for somebody
/// elsewhere to replay.</summary>
internal static class CaptureCommand
{
    public static Command Build(Screen screen)
    {
        // -o is the output form everywhere else; here the file has its own name, and -o followed by a path is understood by nobody else.
        var file = new Argument<string>("file") { Description = "the file to write; it must not exist" };
        var command = new Command("capture", "writes one file that can be replayed on another machine; passwords and tokens are taken out") { RunCommand.Store, ReplayCommand.From, ReplayCommand.To, file };
        command.SetAction(parsed =>
        {
            var to = Path.GetFullPath(parsed.GetValue(file)!);
            if (File.Exists(to))
                throw new Refusal(Exit.Failed, "file_exists", $"{to} exists", "name another file, or remove it first");
            var span = ReplayCommand.Span(parsed);
            var view = Stores.Opened(() =>
            {
                using var store = SqliteStore.OpenReadOnly(parsed.GetValue(RunCommand.Store)!);
                var taken = StoreCapture.Write(store, to, span, new(Redaction.Clean, $"smartems {Composition.Version} {Provenance.Build}".TrimEnd()));
                return new CaptureView(to, taken.Entries, taken.Texts, taken.Redacted, new FileInfo(to).Length);
            });
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, RunsJson.Wire.CaptureView));
            else
                screen.Out.WriteLine($"{view.File}: {view.Entries} ledger entries, {view.Texts} texts ({view.Redacted} with secrets taken out), {view.Bytes / 1e6:0.0} MB\nsmartems replay --capture {view.File} --assert");
            return Exit.Ok;
        });
        return command;
    }
}
