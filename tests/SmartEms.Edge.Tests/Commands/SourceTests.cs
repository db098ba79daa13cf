using SmartEms.Edge.Core.Configuring;
using Xunit;

namespace SmartEms.Edge.Tests.Commands;

/// <summary>Where profiles and site files come from.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("smartems-test-");

    public void Dispose() => directory.Delete(true);

    [Fact]
    public void Every_built_in_profile_can_be_read()
    {
        var profiles = new ProfileSource(null);
        Assert.Contains("eastron-sdm630", profiles.Names);
        foreach (var name in profiles.Names)
            Assert.Equal(name, profiles.Find(name)?.Name);
        Assert.DoesNotContain(profiles.Problems, problem => problem.Severity == Severity.Error);
    }

    [Fact]
    public void A_profile_is_read_once()
    {
        var profiles = new ProfileSource(null);
        Assert.Same(profiles.Find("eastron-sdm630"), profiles.Find("eastron-sdm630"));
    }

    [Fact]
    public void A_file_in_the_directory_goes_before_the_built_in_one()
    {
        Write("eastron-sdm630.yaml", BuiltIn("eastron-sdm630").Replace("title:", "title: \"Ours\" # ", StringComparison.Ordinal));
        Write("our-meter.yaml", BuiltIn("eastron-sdm630").Replace("profile: eastron-sdm630", "profile: our-meter", StringComparison.Ordinal));
        var profiles = new ProfileSource(directory.FullName);
        Assert.Equal("Ours", profiles.Find("eastron-sdm630")?.Title);
        Assert.NotNull(profiles.Find("our-meter"));
        Assert.Contains("keba-p30", profiles.Names);
    }

    [Fact]
    public void A_broken_profile_is_told_with_its_file_and_stops_the_site()
    {
        Write("eastron-sdm630.yaml", "profile: eastron-sdm630\ntitle: [");
        var profiles = new ProfileSource(directory.FullName);
        var read = SiteSource.Parse("version: 1\nsite: {id: a}\npcc: {meter: m, import_max_w: 1000, export_max_w: 0, fuse_a: 25}\ndevices:\n  - {name: m, profile: eastron-sdm630, connect: \"tcp://h\"}\n", "site.yaml", profiles);
        Assert.False(read.IsUsable);
        Assert.Equal(Path.Combine(directory.FullName, "eastron-sdm630.yaml"), read.Problems[0].Place.File);
        Assert.StartsWith("profile:", profiles.TextOf(read.Problems[0].Place.File), StringComparison.Ordinal);
        Assert.Null(profiles.Find("eastron-sdm630"));
        Assert.Single(profiles.Problems);
    }

    [Theory]
    [InlineData("no-such-model")]
    [InlineData("../profiles/eastron-sdm630")]
    [InlineData("/etc/passwd")]
    public void What_is_not_in_the_list_is_not_looked_for(string name) => Assert.Null(new ProfileSource(directory.FullName).Find(name));

    [Fact]
    public void A_site_is_named_by_the_hash_of_its_text()
    {
        var path = Write("site.yaml", "version: 1\nsite: {id: a}\npcc: {meter: m, import_max_w: 1000, export_max_w: 0, fuse_a: 25}\ndevices:\n  - {name: m, profile: eastron-sdm630, connect: \"tcp://h\"}\n");
        var loaded = SiteSource.Load(path, new(null)).Value!;
        Assert.Equal(("a", SiteSource.Hash(loaded.Text)), (loaded.Site.Id, loaded.Hash));
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", SiteSource.Hash("abc")); // FIPS 180-4, SHA-256 example
    }

    [Fact]
    public void A_directory_in_place_of_the_site_file_is_refused_with_a_remedy()
    {
        var refusal = Assert.Throws<Refusal>(() => SiteSource.Load(directory.FullName, new(null)));
        Assert.Contains("--site", refusal.Hint, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string BuiltIn(string name)
    {
        var profiles = new ProfileSource(null);
        profiles.Find(name);
        return profiles.TextOf($"profiles/{name}.yaml")!;
    }
}
