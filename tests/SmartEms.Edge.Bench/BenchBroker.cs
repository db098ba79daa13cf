using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Tests.Adapters.Mqtt;

namespace SmartEms.Edge.Bench;

/// <summary>mosquitto as a child on a free port of the loopback, with no limits of its own.</summary>
internal sealed class BenchBroker : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bench-mosquitto").FullName;
    private readonly string settings;
    private Process process;

    /// <param name="isEncrypted">It speaks TLS, with a certificate of the bench's own.</param>
    public BenchBroker(bool isEncrypted = false)
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = new("127.0.0.1", ((IPEndPoint)free.LocalEndpoint).Port, isEncrypted);
        }
        var encryption = "";
        if (isEncrypted)
        {
            using var root = new Certificates(folder, "bench");
            var (certificate, key) = root.Issue("broker");
            Address = Address with { TrustFile = root.Root };
            encryption = $"certfile {certificate}\nkeyfile {key}";
        }
        settings = Path.Combine(folder, "mosquitto.conf");
        File.WriteAllText(settings, string.Create(CultureInfo.InvariantCulture, $"""
            listener {Address.Port} 127.0.0.1
            allow_anonymous true
            max_inflight_messages 0
            max_queued_messages 0
            set_tcp_nodelay true
            log_type error
            user {Environment.UserName}
            {encryption}

            """));
        process = Begin();
    }

    public BrokerAddress Address { get; }

    /// <summary>Of the process that runs now.</summary>
    public int Id => process.Id;

    /// <summary>As a power cut would: nothing is kept, nobody is told.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    public void StartAgain() => process = Begin();

    private Process Begin()
    {
        try
        {
            return Process.Start(new ProcessStartInfo("/usr/sbin/mosquitto", ["-c", settings]))!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException("mosquitto is missing: apt install mosquitto");
        }
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(folder, recursive: true);
    }
}
