using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>A real broker of this test's own on a free port of the loopback; it can be killed, stopped and started again, and keeps its sessions on disk.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mosquitto").FullName;
    private readonly string settings;
    private Process? process;

    /// <param name="more">Further lines of its configuration.</param>
    public Mosquitto(string more = "")
    {
        Port = FreePort();
        settings = Path.Combine(folder, "mosquitto.conf");
        var user = Environment.UserName;
        File.WriteAllText(settings, $"""
            listener {Port} 127.0.0.1
            user {user}
            persistence true
            persistence_location {folder}/
            autosave_interval 1
            {(more.Contains("allow_anonymous", StringComparison.Ordinal) ? "" : "allow_anonymous true")}
            {more.Replace("FOLDER", folder, StringComparison.Ordinal)}

            """);
    }

    public int Port { get; }
    public string Folder => folder;
    public BrokerAddress Plain => new("127.0.0.1", Port, false);

    public static async Task<Mosquitto> StartAsync(string more = "")
    {
        var broker = new Mosquitto(more);
        await broker.StartAsync();
        return broker;
    }

    public async Task StartAsync()
    {
        process = Tool.Start("mosquitto", File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto", "-c", settings);
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        for (var i = 0; i < 500; i++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Assert.False(process.HasExited, "mosquitto ended at once: " + settings);
                await Task.Delay(10);
            }
        }
        Assert.Fail("mosquitto did not listen");
    }

    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    public Task SignalAsync(string name) => Tool.RunAsync("bash", "bash", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -{name} {process!.Id}"));

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await SignalAsync("CONT");
            Kill();
        }
        Directory.Delete(folder, recursive: true);
    }
}
