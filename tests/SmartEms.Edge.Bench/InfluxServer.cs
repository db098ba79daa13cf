using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>Debian's influxd 1.6 in a folder of its own on free loopback ports, told to compact fully soon after the last write.</summary>
internal sealed class InfluxServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("smartems-influx-").FullName;
    private readonly HttpClient _http = new();
    private readonly Process _process;

    public InfluxServer()
    {
        var (rpc, http) = (FreePort(), FreePort());
        var config = Path.Combine(_folder, "influxdb.conf");
        File.WriteAllText(config, $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{rpc}"
            [meta]
              dir = "{_folder}/meta"
              logging-enabled = false
            [data]
              dir = "{_folder}/data"
              wal-dir = "{_folder}/wal"
              query-log-enabled = false
              cache-snapshot-write-cold-duration = "5s"
              compact-full-write-cold-duration = "5s"
            [http]
              bind-address = "127.0.0.1:{http}"
              log-enabled = false
            [monitor]
              store-enabled = false
            [logging]
              level = "error"
            """);
        _http.BaseAddress = new Uri($"http://127.0.0.1:{http}/");
        try
        {
            _process = Process.Start(new ProcessStartInfo("influxd", ["-config", config]) { RedirectStandardOutput = true, RedirectStandardError = true })
                ?? throw new BenchException("influxd did not start");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException("influxd is missing; run ./dev bench, or apt-get install influxdb");
        }

        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task BeginAsync(string database)
    {
        for (var left = 300; ; left--)
        {
            try
            {
                using var answer = await _http.PostAsync(new Uri("query?q=CREATE+DATABASE+" + database, UriKind.Relative), null).ConfigureAwait(false);
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (left > 0 && !_process.HasExited)
            {
                await Task.Delay(100).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Halts it, its compactions in the background too, while another has its turn.</summary>
    public void Halt() => Signal("STOP");

    public void GoOn() => Signal("CONT");

    /// <summary>Writes a batch; returns when influxd has taken it, which is after its own log was synced.</summary>
    public async Task WriteAsync(string database, byte[] lines)
    {
        using var body = new ByteArrayContent(lines);
        using var answer = await _http.PostAsync(new Uri($"write?db={database}&precision=ms", UriKind.Relative), body).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.NoContent)
            throw new BenchException("influxd refuses a batch: " + await answer.Content.ReadAsStringAsync().ConfigureAwait(false));
    }

    /// <summary>Bytes of all TSM files once nothing is left in the log and the size has stood still for 20 s.</summary>
    public async Task<long> CompactedAsync(string database)
    {
        var (before, still) = (-1L, 0);
        for (var left = 600; left > 0; left--)
        {
            await Task.Delay(1000).ConfigureAwait(false);
            var folder = Path.Combine(_folder, "data", database);
            var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tsm*", SearchOption.AllDirectories) : [];
            var bytes = files.Sum(f => File.Exists(f) ? new FileInfo(f).Length : 0);
            var shards = files.Select(Path.GetDirectoryName).Distinct().Count();
            still = bytes == before && files.Length == shards && files.Length > 0 ? still + 1 : 0;
            before = bytes;
            if (still >= 20)
                return bytes;
        }

        throw new BenchException("influxd did not compact within 10 minutes");
    }

    /// <summary>Line protocol: one line for each device and moment with its points as fields, which influxd takes faster than a line for each value.
    /// Samples come ordered by moment and point, with the same number of points for each device.</summary>
    public static byte[] Lines(TelemetrySample[] samples, int pointsPerDevice)
    {
        var text = new StringBuilder();
        for (var i = 0; i < samples.Length; i++)
        {
            var (device, point) = ((samples[i].Point - 1) / pointsPerDevice, (samples[i].Point - 1) % pointsPerDevice);
            text.Append(CultureInfo.InvariantCulture, $"{(point == 0 ? $"t,d={device} " : ",")}p{point}={samples[i].Value:R}");
            if (point == pointsPerDevice - 1)
                text.Append(CultureInfo.InvariantCulture, $" {samples[i].At.UnixMilliseconds}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    public void Dispose()
    {
        _http.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>By the shell's own kill: the program of that name is not on every system.</summary>
    private void Signal(string name)
    {
        using var shell = Process.Start("/bin/sh", ["-c", $"kill -{name} {_process.Id}"]);
        shell.WaitForExit();
        if (shell.ExitCode != 0)
            throw new BenchException("influxd has ended");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
