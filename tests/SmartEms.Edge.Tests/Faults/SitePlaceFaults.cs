using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>C8: the shipped verb that puts a site file in its place is killed at every system call, and the power is cut between any two: the old file stands there or the new
/// one, byte for byte, and a start from it runs.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class SitePlaceFaults(ITestOutputHelper output)
{
    private const string Old = "site.yaml", Fresh = "fresh.yaml";

    /// <summary>What changes a file or a name, or could: the ordinary run kills at each of these, the long one at every call there is.</summary>
    private static readonly string[] Changing = ["openat", "pwrite64", "write", "fsync", "ftruncate", "fchown", "fchmod", "rename", "unlink", "flock", "statx", "close"];

    private static string OldText => DemoSite.SiteText;
    private static string NewText => DemoSite.SiteText.Replace("export_max_w: 5000", "export_max_w: 4000", StringComparison.Ordinal);

    [Fact]
    public async Task C8_killed_at_any_call_the_old_file_stands_there_or_the_new_one()
    {
        using Scratch scratch = new();
        scratch.Write(Fresh, NewText);
        var (kills, olds, news, leftovers) = (0, 0, 0, 0);
        foreach (var call in Effort.IsLong ? [.. Changing, "all"] : Changing)
            for (var number = 1; ; number++)
            {
                scratch.Write(Old, OldText);
                var ended = await Bundle.RunAsync(Bundle.Prepare("strace", ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={number.ToString(CultureInfo.InvariantCulture)}", .. Verb(scratch)]), Bundle.Guard);
                var stands = await File.ReadAllTextAsync(scratch.Of(Old));
                Assert.True(stands == OldText || stands == NewText, $"killed at {call} {number}, {stands.Length} characters of neither stand there");
                (olds, news) = stands == OldText ? (olds + 1, news) : (olds, news + 1);
                leftovers += scratch.Names.Any(name => name.EndsWith(".part", StringComparison.Ordinal)) ? 1 : 0;
                if (ended.Exit == 3)
                    break; // it ran to its end: there are no more calls of this name in any of its threads
                kills++;
            }
        output.WriteLine($"{kills} kills: {olds} times the old file, {news} times the new one; a part of a file was left {leftovers} times, and cleared away by the next");
        Assert.True(kills > 20 && olds > 0 && news > 0 && leftovers > 0, "the kills missed what they were for");
        Assert.DoesNotContain(scratch.Names, name => name.EndsWith(".part", StringComparison.Ordinal));
        Evidence.Passed("C8 kill", "reload --from of the shipped binary killed at every system call", kills, $"{olds} times the old file stood there, {news} times the new one, never anything else");
    }

    [Fact]
    public async Task C8_a_part_that_a_kill_has_left_is_not_taken_for_the_site_file()
    {
        await using var site = await SiteOnWire.StartAsync();
        var old = await File.ReadAllTextAsync(site.SiteFile);
        await File.WriteAllTextAsync(site.PathOf(Fresh), old + "\n# new\n");
        var ended = await Bundle.RunAsync(Bundle.Prepare("strace", ["-f", "-qq", "-o", "/dev/null", "-e", "trace=rename", "-e", "inject=rename:signal=KILL:when=1", Bundle.Binary,
            "reload", "--from", site.PathOf(Fresh), "--site", site.SiteFile, "--socket", site.PathOf("ctl.sock")]), Bundle.Guard);
        Assert.NotEqual(3, ended.Exit);
        await using var daemon = DaemonUnderTest.Start(site);
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a start beside the part");
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        Assert.Equal([SiteSource.Hash(await File.ReadAllTextAsync(site.SiteFile))], ReloadTests.SitesIn(daemon.Store));
    }

    [Fact]
    public async Task C8_after_a_power_cut_between_any_two_calls_the_old_file_stands_there_or_the_new_one()
    {
        using Scratch scratch = new();
        scratch.Write(Fresh, NewText);
        scratch.Write(Old, OldText);
        var notes = scratch.Of("notes");
        var ended = await Bundle.RunAsync(Bundle.Prepare(DiskTrace.Noting[0], [.. DiskTrace.Noting[1..], "-o", notes, .. Verb(scratch)]), Bundle.Guard);
        Assert.True(ended.Exit == 3, ended.ToString());
        DiskTrace trace = new() { Directory = Path.GetDirectoryName(notes)! };
        var operations = (await File.ReadAllLinesAsync(notes)).Select(line => trace.Read(Regex.Replace(line, @"^(\d+) +", "[pid $1] "))).OfType<DiskOperation>().ToList();
        Assert.Equal([DiskAct.Create, DiskAct.Write, DiskAct.Sync, DiskAct.Rename, DiskAct.Sync], operations.Select(operation => operation.Act).Where(act => act != DiskAct.Truncate));

        var (cuts, olds, news) = (0, 0, 0);
        for (var run = 0; run < Effort.Of(300, 5_000); run++)
            for (var done = 0; done <= operations.Count; done++)
            {
                var dice = Effort.Dice(run, 80 + done);
                VolatileDisk disk = new(dice.Pick(512, 4_096), [(Old, Encoding.UTF8.GetBytes(OldText)), (Fresh, Encoding.UTF8.GetBytes(NewText))]);
                foreach (var operation in operations.Take(done))
                    disk.Do(operation);
                var stands = Encoding.UTF8.GetString(disk.Cut(dice).Single(file => file.Name == Old).Bytes);
                Assert.True(stands == OldText || stands == NewText, $"run {run}, cut after {done} operations: neither stands there");
                Assert.True(done < operations.Count || stands == NewText, "what was said to be in its place was lost");
                (cuts, olds, news) = stands == OldText ? (cuts + 1, olds + 1, news) : (cuts + 1, olds, news + 1);
            }
        output.WriteLine($"{cuts} cuts after each of {operations.Count} operations: {olds} times the old file, {news} times the new one");
        Assert.True(olds > 0 && news > 0);
        Evidence.Passed("C8 power cut", "reload --from of the shipped binary on a disk that forgets what was not synced, cut between any two operations", cuts, $"{olds} times the old file stood there, {news} times the new one, never anything else");
    }

    private static string[] Verb(Scratch scratch) =>
        [Bundle.Binary, "reload", "--from", scratch.Of(Fresh), "--site", scratch.Of(Old), "--socket", scratch.Of("ctl.sock")];
}
