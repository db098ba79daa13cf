using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Configuring;

namespace SmartEms.Edge.Commands;

/// <summary>smartems profile lint: everything that is wrong with a profile, with place and remedy; warnings too.</summary>
internal static class ProfileLintCommand
{
    private static readonly Argument<string> Target = new("file|name") { Description = "a profile file, or the name of a profile" };

    public static Command Build(Screen screen)
    {
        var command = new Command("lint", "every problem of a profile at once, warnings too") { Target, CheckCommand.Profiles };
        command.SetAction(parsed =>
        {
            var target = parsed.GetValue(Target)!;
            var (label, text) = TextOf(target, CheckCommand.ProfilesOf(parsed));
            var (problems, points, controls) = Read(label, text);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(ViewOf(label, problems), CommandsJson.Wire.CheckView));
            else if (problems.Length > 0)
                screen.Out.Write(Glyphs.For(screen.Traits, ProblemPrinter.Print([.. problems], _ => text)));
            else
                screen.Show(screen.NewPage().Line(new($"ok: {Spoken.Count(points, "point")}, {Spoken.Count(controls, "control")}", Tint.Good)));
            return HasErrors(problems) ? Exit.ConfigurationInvalid : Exit.Ok;
        });
        return command;
    }

    private static (Problem[] Problems, int Points, int Controls) Read(string label, string text)
    {
        var yaml = YamlReader.Read(text, label);
        if (yaml.Value is not { } root)
            return ([.. yaml.Problems], 0, 0);
        var profile = ProfileFile.Read(root, Path.GetFileNameWithoutExtension(label));
        return ([.. yaml.Problems, .. profile.Problems], profile.Value?.Points.Length ?? 0, profile.Value?.Controls.Length ?? 0);
    }

    private static (string Label, string Text) TextOf(string target, ProfileSource profiles)
    {
        if (profiles.Names.Contains(target))
            return profiles.RawOf(target) is { } built ? built : throw new Refusal(Exit.NoPermission, "profile_unreadable", $"the profile {target} cannot be read", "is its file readable for you?");
        if (!target.Contains('/') && !target.EndsWith(".yaml", StringComparison.Ordinal))
            throw ProfileCommand.Unknown(profiles, target);
        try
        {
            return (target, File.ReadAllText(target));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(failure is UnauthorizedAccessException ? Exit.NoPermission : Exit.Failed, "file_unreadable", failure.Message, "name a profile file, or a profile from smartems profile list");
        }
    }

    private static bool HasErrors(Problem[] problems)
    {
        foreach (var problem in problems)
            if (problem.Severity == Severity.Error)
                return true;
        return false;
    }

    private static CheckView ViewOf(string label, Problem[] problems)
    {
        var (errors, views) = (0, new ProblemView[problems.Length]);
        for (var i = 0; i < problems.Length; i++)
        {
            var problem = problems[i];
            errors += problem.Severity == Severity.Error ? 1 : 0;
            views[i] = new(problem.Place.File, problem.Place.Line, problem.Place.Column, problem.Severity == Severity.Error ? "error" : "warning", problem.Code, problem.What, problem.Remedy);
        }
        return new(errors == 0, label, errors, problems.Length - errors, views);
    }
}
