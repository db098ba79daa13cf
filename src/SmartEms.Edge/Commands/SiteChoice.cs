using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Commands;

/// <summary>The site a verb works on: a named file, or the demo house the binary carries. Every problem is printed before the verb refuses.</summary>
internal static class SiteChoice
{
    public static LoadedSite Load(string? path, ProfileSource profiles, Screen screen)
    {
        var read = path is null ? SiteSource.Parse(DemoSite.SiteText, DemoSite.SiteFileName, profiles) : SiteSource.Load(path, profiles);
        if (read.Problems.Length > 0 && !(path is null && read.IsUsable))
        {
            var texts = path is null ? label => label == DemoSite.SiteFileName ? DemoSite.SiteText : profiles.TextOf(label) : SiteSource.TextsOf(path, profiles);
            screen.Error.Write(Glyphs.For(screen.Traits, ProblemPrinter.Print(read.Problems, texts)));
        }
        return read.Value ?? throw new Refusal(Exit.ConfigurationInvalid, "configuration_invalid", $"{path ?? "the demo house"} has errors; nothing was started", "smartems check --site FILE shows them");
    }
}
