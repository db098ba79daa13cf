using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Commands;

/// <summary>smartems check: reads the site file as the daemon would and says everything that is wrong with it, without touching a device.</summary>
internal static class CheckCommand
{
    public static Option<string> Site { get; } = new("--site")
    {
        Description = "the site file",
        HelpName = "file",
        DefaultValueFactory = _ => Paths.Site,
    };

    public static Option<string> Profiles { get; } = new("--profiles")
    {
        Description = "a directory of device profiles that go before the built-in ones",
        HelpName = "dir",
        DefaultValueFactory = _ => Paths.ProfileOverrides,
    };

    public static Command Build(Screen screen)
    {
        var command = new Command("check", "reads the site file and tells every problem; no device is touched") { Site, Profiles };
        command.SetAction(parsed =>
        {
            var (path, profiles) = (parsed.GetValue(Site)!, ProfilesOf(parsed));
            var read = SiteSource.Load(path, profiles);
            if (!parsed.IsJson())
            {
                Tell(path, read, profiles, screen);
                return read.IsUsable ? Exit.Ok : Exit.ConfigurationInvalid;
            }
            screen.Json(JsonSerializer.SerializeToUtf8Bytes(Of(path, read), CommandsJson.Wire.CheckView));
            return read.IsUsable ? Exit.Ok : throw new Refusal(Exit.ConfigurationInvalid, "configuration_invalid", ProblemPrinter.Summary(read.Problems), "each problem on standard output has its place and remedy");
        });
        return command;
    }

    /// <summary>The profiles a verb was pointed at; a directory somebody named must be there, the usual one need not.</summary>
    public static ProfileSource ProfilesOf(ParseResult parsed)
    {
        var directory = parsed.GetValue(Profiles)!;
        if (parsed.GetResult(Profiles) is { Implicit: false } && !Directory.Exists(directory))
            throw new Refusal(Exit.ConfigurationInvalid, "profiles_missing", $"there is no directory {directory}", "name one that holds <model>.yaml files, or leave --profiles away");
        return new(directory);
    }

    private static void Tell(string path, Checked<LoadedSite> read, ProfileSource profiles, Screen screen)
    {
        if (read.Problems.Length > 0)
            screen.Out.Write(Glyphs.For(screen.Traits, ProblemPrinter.Print(read.Problems, SiteSource.TextsOf(path, profiles))));
        if (read.Value is { } loaded)
            screen.Show(screen.NewPage().Line(new(Summary(loaded.Site), Tint.Good)));
    }

    private static string Summary(Site site)
    {
        string[] parts =
        [
            Spoken.Count(site.Devices.Length, "device"), Some(site.Batteries.Length, "battery", "batteries"), Some(site.PvPlants.Length, "PV plant", "PV plants"),
            Some(site.EvChargers.Length, "charger", "chargers"), Some(site.Loads.Length, "flexible load", "flexible loads"),
        ];
        return $"ok: {string.Join(", ", parts.Where(part => part.Length > 0))}; import at most {Spoken.Power(site.Pcc.ImportMax.Watts)}, export at most {Spoken.Power(site.Pcc.ExportMax.Watts)}";
    }

    private static string Some(int count, string one, string many) => count switch
    {
        0 => "",
        1 => $"1 {one}",
        _ => $"{count} {many}",
    };

    private static CheckView Of(string path, Checked<LoadedSite> read)
    {
        var errors = read.Problems.Count(problem => problem.Severity == Severity.Error);
        return new(read.IsUsable, path, errors, read.Problems.Length - errors, ProblemView.Of(read.Problems));
    }
}
