using System.Text.RegularExpressions;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>C8: the site file of the running binary is changed. The old one rules or the new one, devices are held on throughout, and a bad file changes nothing.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ReloadTests(ITestOutputHelper story)
{
    private const int Failed = 1, NotReachable = 3, Busy = 9, Invalid = 10;

    [Fact]
    public async Task C8_a_changed_limit_rules_at_once_and_no_limit_opens_meanwhile()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        await using var daemon = DaemonUnderTest.Start(site);
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit: {site.State}\n{daemon.Said}");
        var before = await File.ReadAllTextAsync(site.SiteFile);
        using CancellationTokenSource ended = new();
        var watching = WatchAsync(site, ended.Token);

        await File.WriteAllTextAsync(site.SiteFile, before.Replace("export_max_w: 300 ", "export_max_w: 2000 ", StringComparison.Ordinal));
        var ended1 = await daemon.AskAsync("reload");
        Assert.True(ended1.Exit == 0, $"{ended1}\n{daemon.Said}");
        story.WriteLine(ended1.Out.Trim());
        await Bundle.UntilAsync(() => site.Physics(physics => physics.ImportWatts is > -2_100 and < -1_600), () => $"the new limit does not rule: {site.State}\n{daemon.Said}");
        await File.WriteAllTextAsync(site.SiteFile, before);
        Assert.Equal(0, (await daemon.AskAsync("reload", "-o", "json")).Exit);
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"the old limit does not rule again: {site.State}\n{daemon.Said}");

        await ended.CancelAsync();
        var (looks, opened) = await watching;
        story.WriteLine($"{looks} looks at the devices while two files were taken into use: {opened} saw the PV unlimited or the battery left to itself");
        Assert.Equal(0, opened);
        Assert.Equal(0, site.Physics(physics => physics.Reversions));
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        Assert.Contains("stopped; every device follows its own automatic again", daemon.Said, StringComparison.Ordinal);
        Assert.Equal([SiteSource.Hash(before), SiteSource.Hash(before.Replace("export_max_w: 300 ", "export_max_w: 2000 ", StringComparison.Ordinal)), SiteSource.Hash(before)], SitesIn(daemon.Store));
        var slots = HangTests.SlotsIn(daemon.Store);
        Assert.Equal(slots.Distinct(), slots);
    }

    [Fact]
    public async Task C8_a_device_that_is_no_longer_of_the_site_gets_its_own_automatic_back()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        await using var daemon = DaemonUnderTest.Start(site);
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit: {site.State}\n{daemon.Said}");
        var text = await File.ReadAllTextAsync(site.SiteFile);
        var device = Regex.Match(text, @"  - name: wallbox1\n    profile: keba-p30\n.*\n    unit: 255\n");
        Assert.True(device.Success, text);
        await File.WriteAllTextAsync(site.SiteFile, Without(text.Replace(device.Value, "", StringComparison.Ordinal).Replace("curtailable: true", "curtailable: false", StringComparison.Ordinal), "chargers:"));

        var ended = await daemon.AskAsync("reload");

        Assert.True(ended.Exit == 0, $"{ended}\n{daemon.Said}");
        Assert.Contains("inv1: PvLimit: released and read back", daemon.Said, StringComparison.Ordinal);
        Assert.Contains("wallbox1: EvCurrent: ", daemon.Said, StringComparison.Ordinal);
        await Bundle.UntilAsync(() => site.Physics(physics => !physics.PvPlants[0].IsLimited && physics.EvChargers[0].OfferedAmperes == 6 && physics.Batteries[0].IsCommanded),
            () => $"they were not released: {site.State}\n{daemon.Said}");
        story.WriteLine($"{ended.Out.Trim()}; then {site.State}");
    }

    [Fact]
    public async Task C8_a_bad_file_is_refused_with_every_problem_and_the_old_one_goes_on()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using var daemon = DaemonUnderTest.Start(site);
        var steps = (await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision")).GetProperty("follow_steps").GetInt64();
        var text = await File.ReadAllTextAsync(site.SiteFile);
        await File.WriteAllTextAsync(site.SiteFile, text.Replace("export_max_w:", "export_max_watt:", StringComparison.Ordinal).Replace("keba-p30", "keba-p31", StringComparison.Ordinal));

        var refused = await daemon.AskAsync("reload");
        Assert.True(refused.Exit == Invalid, refused.ToString());
        Assert.All((string[])["export_max_watt is not a known key", "no profile named keba-p31", "site.yaml:", "errors. Nothing applied"], words => Assert.Contains(words, refused.Errors, StringComparison.Ordinal));
        var spoken = await daemon.AskAsync("reload", "-o", "json");
        Assert.Equal(Invalid, spoken.Exit);
        Assert.Contains(spoken.Json.GetProperty("problems").EnumerateArray(), one => one.GetProperty("line").GetInt32() > 1 && one.GetProperty("remedy").GetString()?.Contains("keba-p30", StringComparison.Ordinal) == true);

        await daemon.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() > steps && now.GetProperty("state").GetString() == "running", "the old site");
        File.Delete(site.SiteFile);
        Assert.Contains("there is no site file", (await daemon.AskAsync("reload")).Errors, StringComparison.Ordinal);
        await File.WriteAllTextAsync(site.SiteFile, text);
        Assert.Contains("nothing has changed", (await daemon.AskAsync("reload")).Out, StringComparison.Ordinal);
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        Assert.Single(SitesIn(daemon.Store));
        var notes = NotesIn(daemon.Store);
        Assert.Equal(3, notes.Count(note => note.StartsWith("the site file was not reloaded, asked by ", StringComparison.Ordinal)));
        Assert.Contains(notes, note => note.Contains("is not a known key", StringComparison.Ordinal) && note.EndsWith("the one from before goes on", StringComparison.Ordinal));
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    [Fact]
    public async Task C8_a_new_file_is_put_in_its_place_and_put_back_when_the_daemon_does_not_take_it()
    {
        await using var site = await SiteOnWire.StartAsync();
        var old = await File.ReadAllTextAsync(site.SiteFile);
        var fresh = site.PathOf("fresh.yaml");
        await File.WriteAllTextAsync(fresh, old + "\n# another\n");
        Assert.Equal(0, (await Tool.RunAsync("coreutils", "chmod", "640", site.SiteFile)).Exit);
        if (Environment.UserName == "root")
            Assert.Equal(0, (await Tool.RunAsync("coreutils", "chown", "4711:4712", site.SiteFile)).Exit); // as root writes the file of the service's group
        var rights = await RightsAsync(site.SiteFile);

        var alone = await Bundle.RunAsync("reload", "--from", fresh, "--site", site.SiteFile, "--socket", site.PathOf("ctl.sock"));
        Assert.True(alone.Exit == NotReachable && alone.Errors.Contains("holds the new text, but it was not taken into use", StringComparison.Ordinal), alone.ToString());
        Assert.Equal(await File.ReadAllTextAsync(fresh), await File.ReadAllTextAsync(site.SiteFile));
        Assert.Equal(rights, await RightsAsync(site.SiteFile));

        await using var daemon = DaemonUnderTest.Start(site);
        await daemon.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() >= 1, "control");
        await File.WriteAllTextAsync(fresh, old + "\n# a third\n");
        var taken = await daemon.AskAsync("reload", "--from", fresh, "--site", site.SiteFile);
        Assert.True(taken.Exit == 0, $"{taken}\n{daemon.Said}");
        Assert.Contains(SiteSource.Hash(old + "\n# a third\n"), taken.Out, StringComparison.Ordinal);

        await File.WriteAllTextAsync(fresh, "site: [\n");
        var broken = await daemon.AskAsync("reload", "--from", fresh, "--site", site.SiteFile);
        Assert.True(broken.Exit == Invalid && broken.Errors.Contains("fresh.yaml:", StringComparison.Ordinal), broken.ToString());
        Assert.Equal(old + "\n# a third\n", await File.ReadAllTextAsync(site.SiteFile));

        // The daemon reads another file than the one the verb writes: it says so, and that file is put back.
        await File.WriteAllTextAsync(fresh, old + "\n# a fourth\n");
        var elsewhere = site.PathOf("elsewhere.yaml");
        await File.WriteAllTextAsync(elsewhere, old);
        var other = await daemon.AskAsync("reload", "--from", fresh, "--site", elsewhere);
        Assert.True(other.Exit == Failed && other.Errors.Contains("holds another text", StringComparison.Ordinal) && other.Errors.Contains("is as it was", StringComparison.Ordinal), other.ToString());
        Assert.Equal(old, await File.ReadAllTextAsync(elsewhere));
        Assert.DoesNotContain(site.Files, name => name.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task C8_two_writers_do_not_write_at_once()
    {
        using Scratch scratch = new();
        var (place, fresh) = (scratch.Write("site.yaml", "old"), scratch.Write("fresh.yaml", SmartEms.Edge.Simulation.DemoSite.SiteText));
        using (new FileStream(scratch.Of(".site.yaml.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            var second = await Bundle.RunAsync("reload", "--from", fresh, "--site", place, "--socket", scratch.Of("ctl.sock"));
            Assert.True(second.Exit == Busy && second.Errors.Contains("another smartems reload --from may be under way", StringComparison.Ordinal), second.ToString());
        }
        Assert.Equal("old", await File.ReadAllTextAsync(place));
    }

    /// <summary>Owner, group and mode.</summary>
    private static async Task<string> RightsAsync(string file) => (await Tool.RunAsync("coreutils", "stat", "-c", "%u:%g:%a", file)).Output;

    /// <summary>The site files that ruled, one after the other, by their hashes.</summary>
    internal static string[] SitesIn(string file) => [.. In(file, LedgerKind.Configuration).Select(text => text.Split('\n')[0]["site ".Length..])];

    internal static string[] NotesIn(string file) => In(file, LedgerKind.Note);

    private static string[] In(string file, LedgerKind kind)
    {
        using var store = SqliteStore.OpenReadOnly(file);
        return [.. store.Read(kind, new(long.MinValue), new(long.MaxValue)).OrderBy(entry => entry.Sequence).Select(entry => System.Text.Encoding.UTF8.GetString(entry.Body))];
    }

    /// <summary>The file without one of its sections.</summary>
    private static string Without(string text, string section)
    {
        var from = text.IndexOf('\n' + section, StringComparison.Ordinal) + 1;
        Assert.True(from > 0, text);
        var lines = text[from..].Split('\n');
        return text[..from] + string.Join('\n', lines.Skip(1).SkipWhile(line => line.Length == 0 || line[0] is ' ' or '-' or '#'));
    }

    private static async Task<(int Looks, int Opened)> WatchAsync(SiteOnWire site, CancellationToken stop)
    {
        var (looks, opened) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            looks++;
            if (!site.Physics(physics => physics.PvPlants[0].IsLimited && physics.Batteries[0].IsCommanded))
                opened++;
            await Task.Delay(20, CancellationToken.None);
        }
        return (looks, opened);
    }
}
