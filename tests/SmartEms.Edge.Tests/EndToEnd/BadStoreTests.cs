using System.Diagnostics;
using System.Security.Cryptography;
using Xunit;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>A store that cannot be used is told with its remedy and left as it is; one whose disk fails does not keep control from starting.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class BadStoreTests
{
    [Theory]
    [InlineData("CREATE TABLE a(x); INSERT INTO a VALUES(1)", "belongs to another program", "name another path for the store, or move the file away")]
    [InlineData("PRAGMA application_id = 0x536D4564; PRAGMA user_version = 9; CREATE TABLE a(x)", "was written by a newer smartems (schema 9, this program knows up to 2)", "install that version again, or restore the backup")]
    public async Task One_that_is_not_ours_is_refused_and_left_untouched(string sql, string what, string remedy)
    {
        using Scratch scratch = new();
        var file = scratch.Of("store.db");
        Tool("sqlite3", file, sql);
        var before = Hash(file);

        var ended = await DemoAsync(file);

        Assert.True(ended.Exit == 1 && ended.Errors.Contains(what, StringComparison.Ordinal) && ended.Errors.Contains(remedy, StringComparison.Ordinal), ended.ToString());
        Assert.Contains("it was not touched", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(before, Hash(file));
        Assert.DoesNotContain("store.telemetry.db", scratch.Names);
    }

    [Fact]
    public async Task One_that_was_cut_short_is_set_aside_salvaged_and_gone_on_with()
    {
        using Scratch scratch = new();
        var file = scratch.Of("store.db");
        await DemoAsync(file, "--days", "1", "--speed", "36000"); // at this speed brief excesses of a limit may end it with 1
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.SetLength(handle, 100_000);
        var before = Hash(file);

        var ended = await DemoAsync(file);

        Assert.True(ended.Exit == 0, ended.ToString());
        Assert.Contains("was damaged", ended.Errors, StringComparison.Ordinal);
        Assert.Matches(@"is kept as store\.db\.quarantine-\S+, [1-9]\d* ledger entries were saved", ended.Errors);
        Assert.Contains(scratch.Names, name => name.StartsWith("store.db.quarantine-", StringComparison.Ordinal) && Hash(scratch.Of(name)) == before);
        var verified = await Bundle.RunAsync("ledger", "verify", "--store", file);
        Assert.True(verified.Exit == 0, verified.ToString());
    }

    [Fact]
    public async Task One_of_no_length_is_begun_anew()
    {
        using Scratch scratch = new();
        var file = scratch.Write("store.db", "");

        Assert.Equal(0, (await DemoAsync(file)).Exit);
        Assert.Equal(0, (await Bundle.RunAsync("ledger", "verify", "--store", file)).Exit);
    }

    [MountFact]
    public async Task On_a_read_only_disk_control_starts_and_says_so()
    {
        using Scratch scratch = new();
        using Mounted disk = new(scratch.Of("disk"), "size=8m");
        var file = Path.Combine(disk.Path, "store.db");
        Assert.Equal(0, (await DemoAsync(file)).Exit);
        var before = Hash(file);
        Tool("mount", "-o", "remount,ro", disk.Path);

        var ended = await DemoAsync(file);

        Assert.True(ended.Exit == 0 && ended.Errors.Contains("F501 records cannot be stored; control goes on from memory", StringComparison.Ordinal), ended.ToString());
        Assert.Contains("mount the file system for writing", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(before, Hash(file));
    }

    [MountFact]
    public async Task On_a_full_disk_control_starts_and_says_so()
    {
        using Scratch scratch = new();
        using Mounted disk = new(scratch.Of("disk"), "size=2m");
        var file = Path.Combine(disk.Path, "store.db");
        Assert.Equal(0, (await DemoAsync(file)).Exit);
        var sequence = (await Bundle.RunAsync("ledger", "verify", "--store", file, "-o", "json")).Json.GetProperty("last").GetInt64();
        Fill(Path.Combine(disk.Path, "filler"));

        var ended = await DemoAsync(file);

        Assert.True(ended.Exit == 0 && ended.Errors.Contains("F501 records cannot be stored; control goes on from memory", StringComparison.Ordinal), ended.ToString());
        File.Delete(Path.Combine(disk.Path, "filler"));
        var verified = await Bundle.RunAsync("ledger", "verify", "--store", file, "-o", "json");
        Assert.True(verified.Exit == 0 && verified.Json.GetProperty("last").GetInt64() >= sequence, verified.ToString());
    }

    [Fact]
    public async Task A_disk_that_hangs_does_not_keep_control_from_starting()
    {
        using Scratch scratch = new();
        // The first sync to the disk takes 40 s, and the demo ends long before.
        string[] hanging = ["-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=40000000:when=1..1"];
        var ended = await Bundle.RunAsync(Bundle.Prepare("strace", [.. hanging, Bundle.Binary, "demo", "--for", "9s", "--speed", "900", "--store", scratch.Of("store.db")]), Bundle.Guard * 6);

        Assert.Contains("F501 the store is not open after 5 s; control starts without its memory", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("first complete process image", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("0 fell back by their own timers", ended.Out, StringComparison.Ordinal);
    }

    private static Task<Ended> DemoAsync(string store, params string[] how) =>
        Bundle.RunAsync(["demo", .. how.Length == 0 ? ["--for", "2s", "--speed", "900"] : how, "--store", store]);

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));

    private static void Fill(string file)
    {
        using var filler = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
        try
        {
            while (true)
                filler.Write(new byte[512]);
        }
        catch (IOException)
        {
            // full to the last sector
        }
    }

    private static void Tool(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>A small file system of its own, gone with the test.</summary>
    private sealed class Mounted : IDisposable
    {
        public Mounted(string path, string options)
        {
            Directory.CreateDirectory(Path = path);
            Tool("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
        }

        public string Path { get; }

        public void Dispose() => Tool("umount", "-l", Path);
    }
}

/// <summary>A test that mounts a file system of its own; where that is not allowed it is skipped, and says so.</summary>
internal sealed class MountFactAttribute : FactAttribute
{
    private static readonly bool IsAllowed = TryMount();

    public MountFactAttribute()
    {
        if (!IsAllowed)
            Skip = "this user may not mount file systems here (root with CAP_SYS_ADMIN may)";
    }

    private static bool TryMount()
    {
        var folder = Directory.CreateTempSubdirectory("se-mount-");
        try
        {
            return Run("mount", "-t", "tmpfs", "tmpfs", folder.FullName) && Run("umount", folder.FullName);
        }
        finally
        {
            folder.Delete();
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
