using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>A road to a broker that carries so many bytes a second each way, and at times nothing at all.</summary>
internal sealed class SlowRoad : IAsyncDisposable
{
    private const int SlicesPerSecond = 20;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly BrokerAddress far;
    private readonly int bytesPerSecond;
    private readonly Task serving;
    private long clearAt;

    public SlowRoad(BrokerAddress far, int bytesPerSecond)
    {
        (this.far, this.bytesPerSecond) = (far, bytesPerSecond);
        listener.Start();
        serving = ServeAsync();
    }

    public BrokerAddress Address => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, false);

    public int Connections { get; private set; }

    /// <summary>From now on nothing moves for so long.</summary>
    public void Stall(TimeSpan span) => Volatile.Write(ref clearAt, TimeProvider.System.GetTimestamp() + (long)(span.TotalSeconds * TimeProvider.System.TimestampFrequency));

    private async Task ServeAsync()
    {
        var roads = new List<Task>();
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync(stop.Token);
                Connections++;
                roads.Add(CarryAsync(near));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(roads);
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using var there = new TcpClient();
        using (near)
        {
            try
            {
                await there.ConnectAsync(far.Host, far.Port, stop.Token);
                near.ReceiveBufferSize = there.ReceiveBufferSize = 4_096;
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                await Task.WhenAny(OneWayAsync(near.GetStream(), there.GetStream(), ended.Token), OneWayAsync(there.GetStream(), near.GetStream(), ended.Token));
                await ended.CancelAsync();
            }
            catch (Exception over) when (over is IOException or SocketException or OperationCanceledException)
            {
                // one side has gone
            }
        }
    }

    private async Task OneWayAsync(NetworkStream from, NetworkStream to, CancellationToken over)
    {
        var slice = new byte[bytesPerSecond / SlicesPerSecond];
        try
        {
            while (await from.ReadAsync(slice, over) is > 0 and var count)
            {
                while (TimeProvider.System.GetTimestamp() < Volatile.Read(ref clearAt))
                    await Task.Delay(20, over);
                await to.WriteAsync(slice.AsMemory(0, count), over);
                await Task.Delay(1_000 * count / bytesPerSecond, over);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // the road has ended
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
