using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>smartems version: this program, and the daemon that runs, which may still be the one before an update.</summary>
internal static class VersionCommand
{
    public static Command Build(Screen screen)
    {
        var command = new Command("version", "this program and the running daemon");
        command.SetAction(async (parsed, stop) =>
        {
            var (own, daemon) = (Requests.Version(Composition.Version), await DaemonAsync(parsed.Client(screen), stop));
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(own.Version, own.Runtime, own.Platform, daemon?.Version), CommandsJson.Wire.VersionsView));
            else
                screen.Show(screen.NewPage()
                    .Row("smartems", own.Version, own.Runtime, own.Platform)
                    .Row("daemon", daemon is null ? "not reachable" : daemon.Version, daemon is null || daemon.Version == own.Version ? "" : new Ink("another version: restart it with sudo systemctl restart smartems", Tint.Warn)));
            return Exit.Ok;
        });
        return command;
    }

    private static async Task<VersionView?> DaemonAsync(LocalClient client, CancellationToken stop)
    {
        try
        {
            return LocalClient.Read(await client.GetAsync("/v1/version", stop), ViewsJson.Wire.VersionView);
        }
        catch (Refusal)
        {
            return null; // the program's own version is what was asked; smartems status says what is wrong with the daemon
        }
    }
}

/// <summary>This program's version, and the daemon's or null.</summary>
internal sealed record VersionsView(string Version, string Runtime, string Platform, string? DaemonVersion);

/// <summary>What check found.</summary>
internal sealed record CheckView(bool Ok, string File, int Errors, int Warnings, ProblemView[] Problems);

/// <summary>What standard error carries with -o json when a verb fails.</summary>
internal sealed record FailureView(string Code, int Exit, string Message, string Hint);

/// <summary>How the verbs' own objects are written.</summary>
[JsonSerializable(typeof(VersionsView))]
[JsonSerializable(typeof(CheckView))]
[JsonSerializable(typeof(FailureView))]
[JsonSerializable(typeof(FailsafeView))]
[JsonSerializable(typeof(KeysView))]
[JsonSerializable(typeof(PolicyView))]
[JsonSerializable(typeof(TuningView))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class CommandsJson : JsonSerializerContext
{
    public static CommandsJson Wire { get; } = new(new JsonSerializerOptions(ViewsJson.Wire.Options) { TypeInfoResolver = null });
}
