using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A TCP connection: a fresh one with each opening, or one that was accepted.</summary>
internal sealed class SocketLink(string host, int port) : ByteLink
{
    private Socket? _socket;

    /// <summary>A connection somebody else has made; closed once, it stays so.</summary>
    public SocketLink(Socket accepted)
        : this("", 0) => _socket = accepted;

    public override bool IsOpen => _socket is not null;

    public override int Pending => !_socket!.Poll(TimeSpan.Zero, SelectMode.SelectRead) ? 0 : _socket.Available is > 0 and var here ? here : -1;

    public override async ValueTask OpenAsync(CancellationToken limit)
    {
        if (_socket is not null)
            return;
        // The resolver itself cannot be interrupted, so its answer is waited for only as long as the limit allows.
        IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host, limit).WaitAsync(limit).ConfigureAwait(false);
        for (int i = 0; _socket is null; i++)
        {
            try
            {
                _socket = await ConnectAsync(addresses[i], limit).ConfigureAwait(false);
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                // the next address of the name is tried
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken limit)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket!.SendAsync(bytes, SocketFlags.None, limit).ConfigureAwait(false)..];
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken limit) => _socket!.ReceiveAsync(into, SocketFlags.None, limit);

    public override void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private async Task<Socket> ConnectAsync(IPAddress address, CancellationToken limit)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(new IPEndPoint(address, port), limit).ConfigureAwait(false);
            return socket;
        }
        finally
        {
            if (!socket.Connected)
                socket.Dispose();
        }
    }
}
