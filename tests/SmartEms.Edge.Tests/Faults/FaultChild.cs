using System.Diagnostics;
using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>A process that does a task of <see cref="FaultWriter"/>, perhaps under a program that notes its system calls or does it harm.</summary>
internal sealed class FaultChild : IDisposable
{
    private const int KilledExit = 128 + 9;
    private readonly Process process;
    private readonly List<string> errors = [];

    /// <param name="task">What to do and on which store, in words.</param>
    /// <param name="around">The program around it with its arguments, such as strace; empty runs the child bare.</param>
    public FaultChild(string task, params string[] around)
    {
        process = Begin(task, around);
        process.ErrorDataReceived += Hear; // a full pipe would hold it
        process.BeginErrorReadLine();
    }

    /// <summary>It was killed, by whomever.</summary>
    public bool IsKilled => process.ExitCode == KilledExit;

    public int Exit => process.ExitCode;

    /// <summary>What it wrote to its errors so far.</summary>
    public string Errors
    {
        get
        {
            lock (errors)
                return string.Join('\n', errors);
        }
    }

    /// <summary>strace that injects a fault into some calls of a system call on the store's files only. Not with --seccomp-bpf, under which 6.1 sends no signals.</summary>
    public static string[] Injecting(string store, string call, string fault) =>
        ["strace", "-f", "-o", "/dev/null", .. Files(store).SelectMany(file => (string[])["-P", file]), "-e", $"trace={call}", "-e", $"inject={call}:{fault}"];

    private static IEnumerable<string> Files(string store)
    {
        var folder = Path.GetDirectoryName(store)!;
        string[] files = [store, store.Replace(".db", ".telemetry.db", StringComparison.Ordinal)];
        return [folder, .. files, .. files.Select(f => f + "-wal"), .. files.Select(f => f + "-journal"), store + ".head",
            .. ((string[])[DeviceKey.FileName, DeviceKey.PublicFileName]).Select(f => Path.Combine(folder, f + ".new"))];
    }

    public static Process Begin(string task, params string[] around)
    {
        var own = typeof(FaultChild).Assembly.Location;
        var host = Environment.ProcessPath is { } p && Path.GetFileName(p) == "dotnet" ? p : "dotnet";
        string[] command = [.. around, "env", $"DOTNET_STARTUP_HOOKS={own}", host, "exec", own];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[FaultWriter.Variable] = task;
        start.Environment["DOTNET_TieredPGO"] = "0"; // it lives for a moment only
        return Process.Start(start)!;
    }

    /// <summary>The next line it says, or null after the end.</summary>
    public string? Line() => process.StandardOutput.ReadLine() is { Length: > 0 } line ? line : null;

    /// <summary>The last number it says before its end, which comes by itself.</summary>
    public long LastNumber()
    {
        var last = 0L;
        while (Line() is { } line)
            last = long.Parse(line, CultureInfo.InvariantCulture);
        process.WaitForExit();
        return last;
    }

    /// <summary>Kills it (bare only) after so many acknowledgements; gives the last number acknowledged.</summary>
    public long KillAfter(int acknowledgements)
    {
        var last = 0L;
        for (; acknowledgements > 0 && Line() is { } line; acknowledgements--)
            last = long.Parse(line, CultureInfo.InvariantCulture);
        process.Kill();
        return Math.Max(last, LastNumber());
    }

    /// <summary>Kills it (bare only), whatever it is about to say.</summary>
    public void Kill() => process.Kill();

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        lock (errors)
            errors.Add(line.Data ?? "");
    }
}
