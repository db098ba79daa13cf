using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Configuring;

namespace SmartEms.Edge.Commands;

/// <summary>smartems reload: a changed site file takes effect while the daemon runs, as a whole or not at all; with --from it is put in its place first.</summary>
internal static class ReloadCommand
{
    private static readonly Option<string?> From = new("--from") { Description = "a new site file: checked, then put in the place of --site as a whole", HelpName = "file" };

    public static Command Build(Screen screen)
    {
        var command = new Command("reload", "takes a changed site file into use; a bad one changes nothing") { From, CheckCommand.Site, CheckCommand.Profiles };
        command.SetAction(async (parsed, stop) =>
        {
            var (site, from) = (parsed.GetValue(CheckCommand.Site)!, parsed.GetValue(From));
            if (from is null)
            {
                await AskAsync(parsed, screen, "", stop);
                return Exit.Ok;
            }
            var loaded = SiteChoice.Load(from, CheckCommand.ProfilesOf(parsed), screen);
            using var place = SitePlace.Take(site);
            place.Put(loaded.Text);
            try
            {
                await AskAsync(parsed, screen, $"?sha256={loaded.Hash}", stop);
            }
            catch (Refusal away) when (away.Exit == Exit.DaemonNotReachable)
            {
                throw new Refusal(away.Exit, away.Code, $"{site} holds the new text, but it was not taken into use: {away.Message}", $"the daemon's next start, or smartems reload, takes it; {away.Hint}");
            }
            catch (Refusal refused)
            {
                var words = place.PutBack() ? $"{site} is as it was" : $"{site} holds the new text";
                throw new Refusal(refused.Exit, refused.Code, $"{refused.Message}; {words}", refused.Hint);
            }
            return Exit.Ok;
        });
        return command;
    }

    private static async Task AskAsync(ParseResult parsed, Screen screen, string query, CancellationToken stop)
    {
        try
        {
            var json = await parsed.Client(screen).PostAsync($"/v1/reload{query}", LocalClient.LongPatience, stop);
            if (parsed.IsJson())
            {
                screen.Json(json);
                return;
            }
            var view = LocalClient.Read(json, ViewsJson.Wire.ReloadView);
            Tell(screen, [.. view.Problems.Select(problem => problem.ToProblem())]);
            screen.Out.WriteLine($"{view.Message} (SHA-256 {view.Sha256}{(view.PausedMs > 0 ? $"; no step for {view.PausedMs:0} ms" : "")})");
        }
        catch (Refusal refused)
        {
            if (!parsed.IsJson())
                Tell(screen, refused.Problems);
            else if (!refused.Problems.IsEmpty)
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(refused.Code, refused.Message, refused.Hint) { Problems = ProblemView.Of(refused.Problems) }, ViewsJson.Wire.ErrorView));
            throw;
        }
    }

    private static void Tell(Screen screen, ImmutableArray<Problem> problems)
    {
        if (!problems.IsEmpty)
            screen.Error.Write(Glyphs.For(screen.Traits, ProblemPrinter.Print(problems, _ => null)));
    }
}
