using System.Diagnostics;
using System.Globalization;
using SmartEms.Edge.Tests.Adapters.Sqlite;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>The store's writing process of <see cref="StoreChild"/> under strace, which notes its system calls or does it harm at one of them.</summary>
internal sealed class FaultChild : IDisposable
{
    private readonly Process process;

    /// <param name="strace">Arguments of strace; empty runs the child bare.</param>
    public FaultChild(string store, params string[] strace)
    {
        var own = typeof(StoreChild).Assembly.Location;
        var host = Environment.ProcessPath is { } p && Path.GetFileName(p) == "dotnet" ? p : "dotnet";
        string[] command = strace.Length == 0 ? [host, "exec", own] : ["strace", "-f", .. strace, "-E", $"DOTNET_STARTUP_HOOKS={own}", host, "exec", own];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (strace.Length == 0)
            start.Environment["DOTNET_STARTUP_HOOKS"] = own;
        start.Environment[StoreChild.Variable] = store;
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { }; // strace says when it lets go; a full pipe would hold it
        process.BeginErrorReadLine();
        IsTraced = strace.Length > 0;
    }

    private bool IsTraced { get; }

    /// <summary>The next number that is durable, or null after the end.</summary>
    public long? Next() => process.StandardOutput.ReadLine() is { Length: > 0 } line ? long.Parse(line, CultureInfo.InvariantCulture) : null;

    /// <summary>Kills the store's owner, not strace, which then finishes its notes; gives the last number acknowledged.</summary>
    public long KillAfter(int acknowledgements)
    {
        long last = 0;
        for (; acknowledgements > 0 && Next() is { } next; acknowledgements--)
            last = next;
        HasEndedItself = acknowledgements > 0;
        if (!HasEndedItself)
            Kill();
        while (Next() is { } more)
            last = more;
        process.WaitForExit();
        return last;
    }

    /// <summary>The injected fault ended it before it was killed.</summary>
    public bool HasEndedItself { get; private set; }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    private void Kill()
    {
        if (!IsTraced)
        {
            process.Kill();
            return;
        }

        var traced = File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var child = Process.GetProcessById(int.Parse(traced[0], CultureInfo.InvariantCulture));
        child.Kill();
    }
}
