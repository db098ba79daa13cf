using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>A broker that does what it is told, and nothing good: each connection is handed to a script after its CONNECT was read.</summary>
internal sealed class FakeBroker : IAsyncDisposable
{
    public static readonly byte[] Welcome = [0x20, 3, 0, 0, 0];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public FakeBroker(Func<NetworkStream, CancellationToken, Task> script)
    {
        listener.Start();
        serving = ServeAsync(script);
    }

    public BrokerAddress Address => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, false);

    public int Connections { get; private set; }

    /// <summary>Reads one packet; its first byte and its body.</summary>
    public static async Task<(byte First, byte[] Body)> ReadAsync(NetworkStream stream, CancellationToken stop)
    {
        var one = new byte[1];
        await stream.ReadExactlyAsync(one, stop);
        var first = one[0];
        var (length, shift) = (0, 0);
        do
        {
            await stream.ReadExactlyAsync(one, stop);
            length |= (one[0] & 0x7F) << shift;
            shift += 7;
        }
        while (one[0] >= 0x80);
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, stop);
        return (first, body);
    }

    private async Task ServeAsync(Func<NetworkStream, CancellationToken, Task> script)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                Connections++;
                await using var stream = client.GetStream();
                await ReadAsync(stream, stop.Token);
                await script(stream, stop.Token);
            }
            catch (Exception over) when (over is IOException or OperationCanceledException or SocketException)
            {
                // the client hung up, or the test is over
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        stop.Dispose();
    }
}
