using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Core.Configuring;

namespace SmartEms.Edge.Commands;

/// <summary>smartems profile list: every device model in one table.</summary>
internal static class ProfileListCommand
{
    private static readonly Column[] Columns =
        [new("NAME"), new("KIND"), new("CONF"), new("CONTROLS"), new("FROM"), new("TITLE")];

    public static Command Build(Screen screen)
    {
        var command = new Command("list", "every device model: what it is, how sure its facts are, what can be controlled") { CheckCommand.Profiles };
        command.SetAction(parsed =>
        {
            var profiles = CheckCommand.ProfilesOf(parsed);
            var (rows, views) = (new List<Ink[]>(), new List<ProfileView>());
            foreach (var name in profiles.Names)
            {
                var from = profiles.FileOf(name) ?? "built-in";
                if (profiles.Find(name) is not { } profile)
                {
                    rows.Add([name, "–", "–", "–", from, new($"has errors: smartems profile lint {name}", Tint.Bad)]);
                    continue;
                }
                views.Add(ProfileCommand.View(profiles, profile));
                rows.Add([name, ProfileCommand.KindOf(profile), $"{profile.Confidence}", ProfileCommand.ControlsOf(profile), from, profile.Title]);
            }
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(views.ToArray(), RunsJson.Wire.ProfileViewArray));
            else
                screen.Show(screen.NewPage().Table(Columns, rows).Line($"{Spoken.Count(rows.Count, "profile")}. A: vendor document or two sources, B: one source. A file in {Paths.ProfileOverrides} goes before a built-in one."));
            return rows.Count == views.Count ? Exit.Ok : Exit.ConfigurationInvalid;
        });
        return command;
    }
}

/// <summary>A device model as scripts see it.</summary>
internal sealed record ProfileView(string Name, string Title, string Kind, string Confidence, string Controls, string From, int Points, string Source);
