using System.Diagnostics;
using System.Text;
using System.Text.Json;
using SmartEms.Edge.Tests.Adapters.Modbus;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>`smartems run` of the bundle as a child process, on a simulated site; gone with the test whatever happens.</summary>
internal sealed class DaemonUnderTest : IAsyncDisposable
{
    private readonly Func<string, string> pathOf;
    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly long startedAt;

    /// <summary>Starts what is prepared; <paramref name="pathOf"/> says where its store.db and ctl.sock lie.</summary>
    public DaemonUnderTest(Func<string, string> pathOf, ProcessStartInfo start)
    {
        this.pathOf = pathOf;
        startedAt = TimeProvider.System.GetTimestamp();
        process = Process.Start(start)!;
        process.StandardInput.Close();
        process.ErrorDataReceived += Hear;
        process.OutputDataReceived += Hear;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public string Socket => pathOf("ctl.sock");
    public string Store => pathOf("store.db");
    public int Pid => process.Id;

    /// <summary>Since the process was started.</summary>
    public TimeSpan Age => TimeProvider.System.GetElapsedTime(startedAt);

    /// <summary>All it has written so far.</summary>
    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    public static string[] Arguments(SiteOnWire site) =>
    [
        "run", "--site", site.SiteFile, "--store", site.PathOf("store.db"), "--socket", site.PathOf("ctl.sock"), "--trust-clock",
        .. site.ProfileDirectory is { } profiles ? (string[])["--profiles", profiles] : [],
    ];

    public static DaemonUnderTest Start(SiteOnWire site, params (string Name, string Value)[] environment)
    {
        var start = Bundle.Prepare(Bundle.Binary, Arguments(site));
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(site.PathOf, start);
    }

    /// <summary>Asks with a verb of the same binary.</summary>
    public Task<Ended> AskAsync(params string[] verb) => Bundle.RunAsync([.. verb, "--socket", Socket]);

    /// <summary>`status -o json`, or null while the daemon is not there yet.</summary>
    public async Task<JsonElement?> StatusAsync() => await AskAsync("status", "-o", "json") is { Exit: 0 } ended ? ended.Json : null;

    /// <summary>Waits until the daemon's status is as wanted, and returns it.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> wanted, string what, TimeSpan? within = null)
    {
        JsonElement? last = null;
        await Bundle.UntilAsync(async () => (last = await StatusAsync()) is { } now && wanted(now), () => $"{what} did not come; status: {last}\n{Said}", within);
        return last!.Value;
    }

    /// <summary>Sends a signal by its short name, such as TERM.</summary>
    public async Task SignalAsync(string name) => await Tool.RunAsync("bash", "bash", "-c", $"kill -{name} {Pid}");

    /// <summary>The exit code, once it has ended.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Bundle.Guard);
        return process.ExitCode;
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        lock (said)
            said.AppendLine(line.Data);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync().WaitAsync(Bundle.Guard);
        process.Dispose();
    }
}
