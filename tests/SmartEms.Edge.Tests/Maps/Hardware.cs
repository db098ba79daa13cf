using System.Runtime.CompilerServices;
using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>The profiles and captures of the repository's hw folder.</summary>
public static class Hardware
{
    public static DeviceProfile Profile(string name)
    {
        var yaml = YamlReader.Read(File.ReadAllText(PathOf($"profiles/{name}.yaml")), $"{name}.yaml");
        Assert.True(yaml.Value is not null, string.Join('\n', yaml.Problems));
        var profile = ProfileFile.Read(yaml.Value, name);
        Assert.True(profile.Value is not null, string.Join('\n', profile.Problems));
        // What the device is like is no fault of its profile: setpoints kept in flash are warned of, and nothing else is.
        Assert.Empty(profile.Problems.Where(problem => problem.Code is not (ProblemCodes.FlashNoTimeout or ProblemCodes.FlashRefreshed)));
        return profile.Value;
    }

    public static Capture Capture(string profile, string name) => Maps.Capture.Parse(File.ReadAllText(PathOf($"captures/{profile}/{name}.txt")));

    public static IEnumerable<string> ProfileNames() =>
        Directory.GetFiles(PathOf("profiles"), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static string GoldenFolder([CallerFilePath] string caller = "") => Path.Combine(Path.GetDirectoryName(caller)!, "Golden");

    private static string PathOf(string inside, [CallerFilePath] string caller = "") =>
        Path.Combine(Path.GetDirectoryName(caller)!, "../../../hw", inside);
}
