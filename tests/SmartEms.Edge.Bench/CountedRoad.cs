using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Bench;

/// <summary>A road to a broker that counts the bytes of both ways, as they come off the socket: with TLS where there is TLS, without the headers of TCP and IP.</summary>
internal sealed class CountedRoad : IDisposable
{
    private readonly TcpListener entry = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();
    private readonly BrokerAddress broker;
    private long bytes;

    public CountedRoad(BrokerAddress broker)
    {
        this.broker = broker;
        entry.Start();
        _ = LiveAsync();
    }

    /// <summary>The broker's, but for the port.</summary>
    public BrokerAddress Address => broker with { Port = ((IPEndPoint)entry.LocalEndpoint).Port };

    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>The packets, where nothing is encrypted.</summary>
    public PacketTally Packets { get; } = new();

    private async Task LiveAsync()
    {
        try
        {
            while (true)
            {
                var here = await entry.AcceptSocketAsync(ended.Token).ConfigureAwait(false);
                var there = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                here.NoDelay = true;
                await there.ConnectAsync(IPAddress.Loopback, broker.Port, ended.Token).ConfigureAwait(false);
                _ = CarryAsync(here, there, Packets.Reader(toBroker: true));
                _ = CarryAsync(there, here, Packets.Reader(toBroker: false));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the bench is over, or the broker is
        }
    }

    private async Task CarryAsync(Socket from, Socket to, Action<ReadOnlySpan<byte>> read)
    {
        var carried = new byte[1 << 16];
        try
        {
            while (await from.ReceiveAsync(carried, ended.Token).ConfigureAwait(false) is > 0 and var count)
            {
                Interlocked.Add(ref bytes, count);
                if (!broker.IsEncrypted)
                    read(carried.AsSpan(0, count));
                await to.SendAsync(carried.AsMemory(0, count), ended.Token).ConfigureAwait(false);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // one side has gone
        }
        from.Dispose();
        to.Dispose();
    }

    public void Dispose()
    {
        ended.Cancel();
        entry.Dispose();
        ended.Dispose();
    }
}
