using System.CommandLine;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Commands;

/// <summary>smartems profile: the device models this program knows, what they say, and whether a file is right.</summary>
internal static class ProfileCommand
{
    public static Argument<string> Name { get; } = new("name") { Description = "a profile, as profile list shows it" };

    public static Command Build(Screen screen) => new("profile", "device models: list, show, lint, test")
    {
        ProfileListCommand.Build(screen),
        ProfileShowCommand.Build(screen),
        ProfileLintCommand.Build(screen),
        ProfileTestCommand.Build(screen),
    };

    /// <summary>A usable profile of that name. <see cref="Refusal"/> when there is none, or its file has errors.</summary>
    public static DeviceProfile Find(ProfileSource profiles, string name)
    {
        if (!profiles.Names.Contains(name))
            throw Unknown(profiles, name);
        return profiles.Find(name) ?? throw new Refusal(Exit.ConfigurationInvalid, "profile_invalid", $"the profile {name} has errors", $"smartems profile lint {name} tells them");
    }

    public static Refusal Unknown(ProfileSource profiles, string name) =>
        new(Exit.Failed, "profile_unknown", $"there is no profile {Scalars.Shown(name)}", $"{Spelling.Suggest(name, profiles.Names, "known")}; smartems profile list shows all");

    /// <summary>What a model is, by what it measures and takes.</summary>
    public static string KindOf(DeviceProfile profile)
    {
        var (pv, battery, grid, car) = (false, false, false, false);
        foreach (var point in profile.Points)
        {
            pv |= point.Measure is Measure.PvProduction or Measure.InverterOutput;
            battery |= point.Measure is Measure.BatterySoc or Measure.BatteryDischarge;
            grid |= point.Measure == Measure.GridImport;
            car |= point.Measure is Measure.EvCharge or Measure.EvState;
        }
        return car ? "charger" : pv && battery ? "hybrid" : battery ? "battery" : pv ? "inverter" : grid ? "meter" : "other";
    }

    public static string ControlsOf(DeviceProfile profile)
    {
        var words = new string[profile.Controls.Length];
        for (var i = 0; i < words.Length; i++)
            words[i] = ProfileWords.Of(ProfileWords.Controls, profile.Controls[i].Kind);
        return words.Length == 0 ? "–" : string.Join(", ", words);
    }

    public static ProfileView View(ProfileSource profiles, DeviceProfile profile) => new(
        profile.Name, profile.Title, KindOf(profile), $"{profile.Confidence}", ControlsOf(profile).TrimStart('–'), profiles.FileOf(profile.Name) ?? "built-in", profile.Points.Length, profile.Source);
}
