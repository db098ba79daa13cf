using System.Diagnostics;
using System.Runtime.InteropServices;
using SmartEms.Edge.Adapters.Sqlite;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>A directory for one test's store, gone with the test.</summary>
internal sealed class StoreFolder : IDisposable
{
    private const UnixFileMode Everyone = (UnixFileMode)511;

    public StoreFolder()
        : this(System.IO.Directory.CreateTempSubdirectory("smartems-store-").FullName)
    {
    }

    private StoreFolder(string directory)
    {
        Directory = directory;
        Allow(Directory, Everyone);
    }

    public string Directory { get; }

    /// <summary>A directory in memory where the machine has one: for thousands of stores whose syncs prove nothing.</summary>
    public static StoreFolder InMemory() => System.IO.Directory.Exists("/dev/shm")
        ? new(System.IO.Directory.CreateDirectory(Path.Combine("/dev/shm", "smartems-store-" + Path.GetRandomFileName())).FullName)
        : new();

    public string File => Path.Combine(Directory, "smartems.db");

    /// <summary>The telemetry beside the ledger.</summary>
    public string Telemetry => Path.Combine(Directory, "smartems.telemetry.db");

    public void Dispose()
    {
        Allow(Directory, Everyone);
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    public static void Allow(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        System.IO.File.SetUnixFileMode(path, mode);
    }

    /// <summary>Runs the sqlite3 shell of the distribution on the file: a program that is not ours.</summary>
    public string Shell(string sql) => Shell(File, sql);

    public string TelemetryShell(string sql) => Shell(Telemetry, sql);

    private static string Shell(string file, string sql)
    {
        using var process = Process.Start(new ProcessStartInfo("sqlite3", [file, sql]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"sqlite3 ended with {process.ExitCode}");
    }

    /// <summary>The complaint an action makes when the caller has no rights beyond those everybody has; also where tests run as root.</summary>
    public static StoreException? AsNobody(Action action)
    {
        StoreException? complaint = null;
        var thread = new Thread(() =>
        {
            // Only this thread's file rights change (setfsuid(2)), and the thread ends here.
            _ = SetFileSystemUser(65534);
            try
            {
                action();
            }
            catch (StoreException e)
            {
                complaint = e;
            }
        });
        thread.Start();
        thread.Join();
        return complaint;
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileSystemUser(int user);
}
