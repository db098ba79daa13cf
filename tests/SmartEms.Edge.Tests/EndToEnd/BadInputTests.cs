using Xunit;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>Wrong input ends the binary with its documented exit code and words that name place and remedy; nothing is left half-started.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class BadInputTests
{
    private const int Failed = 1, Usage = 2, NotReachable = 3, Invalid = 10;

    private static string Demo => SmartEms.Edge.Simulation.DemoSite.SiteText;

    public static TheoryData<string, string, string[]> Sites() => new()
    {
        { "site:\n", "site: [\n", [At("", "name: \"Demo house\"") + "  error", "not valid YAML", "look at the indentation"] },
        { "export_max_w: 5000", "export_max_watt: 5000", [At("", "export_max_w: 5000") + "  error", "pcc.export_max_watt is not a known key", "did you mean", "export_max_w"] },
        { "unit: 255", "unit: 300", [At("unit: ", "255") + "  error", "300 is not a Modbus unit (0–255)"] },
        { "profile: keba-p30", "profile: keba-p31", [At("profile: ", "keba-p30") + "  error", "no profile named keba-p31", "did you mean", "keba-p30"] },
    };

    /// <summary>Where a word stands in the demo house's file, line and column from 1.</summary>
    private static string At(string before, string what)
    {
        var at = Demo.IndexOf(before + what, StringComparison.Ordinal) + before.Length;
        return $"site.yaml:{1 + Demo.AsSpan(0, at).Count('\n')}:{at - Demo.LastIndexOf('\n', at - 1)}";
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task A_bad_site_file_is_told_by_place_and_remedy(string what, string by, string[] told)
    {
        using Scratch scratch = new();
        Assert.Contains(what, Demo, StringComparison.Ordinal);
        var file = scratch.Write("site.yaml", Demo.Replace(what, by, StringComparison.Ordinal));
        await RefusesAsync(scratch, Invalid, told, "--site", file);
        var check = await Bundle.RunAsync("check", "--site", file);
        Assert.True(check.Exit == Invalid, check.ToString());
        Assert.All(told, words => Assert.Contains(words, check.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_profile_whose_points_overlap_is_told_by_place_and_remedy()
    {
        using Scratch scratch = new();
        scratch.Write("profiles/keba-p30.yaml", CarriedText.Of("profiles/keba-p30.yaml")!.Replace("{name: cable, address: 1004,", "{name: cable, address: 1007,", StringComparison.Ordinal));
        await RefusesAsync(scratch, Invalid, ["profiles/keba-p30.yaml:22:28  error", "error (holding 1006–1007) lies on cable (holding 1007–1008, line 21)", "one register, one point", "the profile keba-p30 has errors of its own"], "--site", scratch.Write("site.yaml", Demo), "--profiles", scratch.Of("profiles"));
    }

    [Fact]
    public async Task A_missing_site_file_is_told()
    {
        using Scratch scratch = new();
        await RefusesAsync(scratch, Invalid, ["there is no site file", "absent.yaml", "--site"], "--site", scratch.Of("absent.yaml"));
    }

    /// <summary>The bundle without its private library on a system without its own: mounts in a namespace of the child's own hide it from nobody else.</summary>
    [Fact]
    public async Task A_missing_native_library_is_told_with_its_package()
    {
        using Scratch scratch = new();
        Directory.CreateDirectory(scratch.Of("bare"));
        File.Copy(Bundle.Binary, scratch.Of("bare/smartems"));
        const string hide = "for lib in /lib/*/libsqlite3.so* /usr/lib/*/libsqlite3.so* /usr/local/lib/libsqlite3.so*; do [ ! -e \"$lib\" ] || mount --bind /dev/null \"$lib\" || exit 99; done; exec \"$@\"";
        var ended = await Bundle.RunAsync(Bundle.Prepare("unshare", [.. Environment.UserName == "root" ? (string[])[] : ["--map-root-user"], "--mount", "sh", "-c", hide, "sh",
            scratch.Of("bare/smartems"), .. Run(scratch, "--site", scratch.Write("site.yaml", Demo))]), Bundle.Guard);
        Refused(scratch, ended, Failed, ["libsqlite3.so.0 is missing", "bare/lib/libsqlite3.so.0 (no such file)", "apt install libsqlite3-0"]);
    }

    [Fact]
    public async Task A_file_of_somebody_else_is_no_store()
    {
        using Scratch scratch = new();
        var letter = scratch.Write("store.db", "Dear diary, this is long enough to be taken for the header of a database, but it is none at all; please leave it alone.");
        var ended = await Bundle.RunAsync(Run(scratch, "--site", scratch.Write("site.yaml", Demo)));
        Assert.True(ended.Exit == Failed, ended.ToString());
        Assert.Contains("is no SQLite database; it was not touched", ended.Errors, StringComparison.Ordinal);
        Assert.StartsWith("Dear diary", await File.ReadAllTextAsync(letter), StringComparison.Ordinal);
        Assert.DoesNotContain("ctl.sock", scratch.Names);
    }

    [Theory]
    [InlineData(Usage, new[] { "there is no verb stauts", "did you mean smartems status" }, "stauts")]
    [InlineData(Usage, new[] { "--sped", "smartems demo --help" }, "demo", "--sped", "3")]
    [InlineData(Usage, new[] { "--speed takes 1 to 3600" }, "demo", "--speed", "0")]
    [InlineData(Usage, new[] { "--output takes text or json" }, "status", "-o", "xml")]
    [InlineData(NotReachable, new[] { "the daemon is not running", "systemctl status smartems" }, "status", "--socket", "/tmp/no-such-smartems.sock")]
    [InlineData(NotReachable, new[] { "\"code\":\"daemon_not_reachable\"", "\"exit\":3" }, "devices", "-o", "json", "--socket", "/tmp/no-such-smartems.sock")]
    public async Task A_bad_line_is_told_with_its_exit_code(int exit, string[] told, params string[] line)
    {
        var ended = await Bundle.RunAsync(line);
        Assert.True(ended.Exit == exit && ended.Out.Length == 0, ended.ToString());
        Assert.All(told, words => Assert.Contains(words, ended.Errors, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_daemon_ends_and_the_first_goes_on()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using var first = DaemonUnderTest.Start(site);
        await first.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision");
        var sameSocket = await Bundle.RunAsync("run", "--site", site.SiteFile, "--socket", first.Socket, "--store", site.PathOf("other.db"));
        Assert.True(sameSocket.Exit == Failed && sameSocket.Errors.Contains("another smartems is running and answers on", StringComparison.Ordinal), sameSocket.ToString());
        var sameStore = await Bundle.RunAsync("run", "--site", site.SiteFile, "--socket", site.PathOf("other.sock"), "--store", first.Store);
        Assert.True(sameStore.Exit == Failed && sameStore.Errors.Contains($"{first.Pid}", StringComparison.Ordinal), sameStore.ToString());
        Assert.DoesNotContain("other.db", site.Files);
        Assert.DoesNotContain("other.sock", site.Files);
        var before = (await first.StatusAsync())!.Value.GetProperty("follow_steps").GetInt64();
        await first.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() >= before + 2 && now.GetProperty("state").GetString() == "running", "the first daemon at work");
    }

    private static string[] Run(Scratch scratch, params string[] more) => ["run", "--store", scratch.Of("store.db"), "--socket", scratch.Of("ctl.sock"), .. more];

    private static async Task RefusesAsync(Scratch scratch, int exit, string[] told, params string[] more) =>
        Refused(scratch, await Bundle.RunAsync(Run(scratch, more)), exit, told);

    private static void Refused(Scratch scratch, Ended ended, int exit, string[] told)
    {
        Assert.True(ended.Exit == exit && ended.Out.Length == 0, ended.ToString());
        Assert.All(told, words => Assert.Contains(words, ended.Errors, StringComparison.Ordinal));
        Assert.DoesNotContain(scratch.Names, name => name is "ctl.sock" || name.StartsWith("store.db", StringComparison.Ordinal));
    }
}
