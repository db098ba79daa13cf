using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SmartEms.Edge.Bench;

/// <summary>The published binary as a process: started, watched through /proc, and ended.</summary>
internal static class NativeBinary
{
    /// <summary>The binary in the bundle that SMARTEMS_BUNDLE names (./dev sets it).</summary>
    public static string Path
    {
        get
        {
            var bundle = Environment.GetEnvironmentVariable("SMARTEMS_BUNDLE") ?? throw new BenchException("SMARTEMS_BUNDLE names no bundle; run ./dev bench");
            var path = System.IO.Path.Combine(bundle, "smartems");
            return File.Exists(path) ? path : throw new BenchException($"{path} is missing; run ./dev aot");
        }
    }

    /// <summary>The heap the service unit allows, 96 MiB in hexadecimal: what is measured runs as the service does.</summary>
    private const string HeapLimit = "6000000";

    /// <summary>Runs the binary and answers exit code and standard error. Ten times a second <paramref name="isEnough"/> sees the process and what it has said
    /// so far; when it says so, the process is told to stop (SIGTERM). Ends the process when it outlives <paramref name="guard"/>.</summary>
    public static async Task<(int Exit, string Errors)> RunAsync(string[] arguments, TimeSpan guard, Func<int, string, bool> isEnough)
    {
        using var process = Process.Start(new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, Environment = { ["DOTNET_GCHeapHardLimit"] = HeapLimit },
        })
            ?? throw new BenchException($"{Path} did not start");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var said = new StringBuilder();
        var errors = ListenAsync(process.StandardError, said);
        using var hung = new CancellationTokenSource(guard);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            var ended = process.WaitForExitAsync(hung.Token);
            var isStopping = false;
            while (await Task.WhenAny(ended, tick.WaitForNextTickAsync(hung.Token).AsTask()).ConfigureAwait(false) != ended)
                if (!isStopping && isEnough(process.Id, Text(said)))
                {
                    using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                    isStopping = true;
                }
            await ended.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new BenchException($"smartems {string.Join(' ', arguments)} did not end within {guard}");
        }

        await output.ConfigureAwait(false);
        await errors.ConfigureAwait(false);
        return (process.ExitCode, Text(said));
    }

    private static async Task ListenAsync(StreamReader to, StringBuilder said)
    {
        while (await to.ReadLineAsync().ConfigureAwait(false) is { } line)
            lock (said)
                said.AppendLine(line);
    }

    private static string Text(StringBuilder said)
    {
        lock (said)
            return said.ToString();
    }

    /// <summary>Resident memory of a process and all its descendants, in MB (10^6 bytes); NaN when it has just ended.</summary>
    public static double ResidentMegabytes(int process)
    {
        try
        {
            var own = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            var megabytes = double.Parse(own.AsSpan(6).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024 / 1e6;
            foreach (var child in File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                megabytes += ResidentMegabytes(int.Parse(child, CultureInfo.InvariantCulture));
            return megabytes;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return double.NaN;
        }
    }
}
