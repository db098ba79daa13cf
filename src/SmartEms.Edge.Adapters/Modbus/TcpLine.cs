using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>One TCP connection to one device or gateway and the exchange of one frame on it; used by one caller at a time.</summary>
/// <remarks>After anything but a valid answer the connection is dropped: a stream that has gone wrong once can hand the next caller an old reply.</remarks>
internal sealed class TcpLine(ModbusTcpSettings settings, TimeProvider time, CancellationToken closing) : IDisposable
{
    private readonly byte[] _send = new byte[Mbap.MaxFrame];
    private readonly byte[] _receive = new byte[Mbap.MaxFrame];
    private readonly StepLimit _limit = new(time, closing);
    private Socket? _socket;
    private ushort _transactionId;
    private int _replyLength;
    private long? _quietSince;

    public bool IsOpen => _socket is not null;

    /// <summary>Where the caller writes its request PDU.</summary>
    public Span<byte> Request => _send.AsSpan(Mbap.HeaderLength);

    /// <summary>The reply PDU after an exchange that ended Ok; valid until the next exchange.</summary>
    public ReadOnlySpan<byte> Reply => _receive.AsSpan(Mbap.HeaderLength, _replyLength);

    /// <summary>From the first byte sent to the last received in the latest exchange that ended Ok.</summary>
    public TimeSpan Latency { get; private set; }

    /// <summary>Why the connection was last dropped or not made, for people.</summary>
    public string? Fault { get; private set; }

    /// <summary>Closes the connection and keeps the reason; returns <paramref name="status"/> for the caller to hand on.</summary>
    public BusStatus Drop(BusStatus status, string why)
    {
        Fault = why;
        _socket?.Dispose();
        _socket = null;
        return status;
    }

    /// <summary>Keeps the gap after the last transaction and drops a connection that ended, or holds bytes nobody asked for, since then.</summary>
    public async ValueTask<BusStatus> RestAsync(CancellationToken stop)
    {
        // A timer may fire a little early on another clock than the timestamps', hence the loop.
        while (_quietSince is { } since && settings.Gap - time.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
        {
            BusStatus paused = await PauseAsync(left, stop).ConfigureAwait(false);
            if (paused != BusStatus.Ok)
                return paused;
        }

        CheckQuiet();
        return BusStatus.Ok;
    }

    /// <summary>Makes one fresh connection within <see cref="ModbusTcpSettings.ConnectTimeout"/>, then waits as the device wants.</summary>
    public async ValueTask<BusStatus> ConnectAsync(CancellationToken stop)
    {
        CancellationToken limit = _limit.Begin(settings.ConnectTimeout, stop);
        try
        {
            _socket = await OpenAsync(limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return Drop(BusStatus.Unreachable, closing.IsCancellationRequested ? "line closed" : "no connection within the connect timeout");
        }
        catch (SocketException error)
        {
            return Drop(BusStatus.Unreachable, error.Message);
        }
        finally
        {
            _limit.End();
        }

        if (settings.WaitAfterConnect == TimeSpan.Zero)
            return BusStatus.Ok;
        try
        {
            BusStatus paused = await PauseAsync(settings.WaitAfterConnect, stop).ConfigureAwait(false);
            return paused == BusStatus.Ok ? CheckQuiet() : paused;
        }
        catch (OperationCanceledException)
        {
            // The next caller would take this connection for one that has waited already.
            Drop(BusStatus.Dropped, "caller gave up");
            throw;
        }
    }

    /// <summary>Sends the request PDU and receives the whole reply within <see cref="ModbusTcpSettings.TransactionTimeout"/>. The reply's PDU is not judged here.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<BusStatus> ExchangeAsync(byte unit, int pduLength, CancellationToken stop)
    {
        Socket socket = _socket!;
        _transactionId = unchecked((ushort)(_transactionId + 1));
        int length = Mbap.Write(_send, _transactionId, unit, pduLength);
        CancellationToken limit = _limit.Begin(settings.TransactionTimeout, stop);
        long start = time.GetTimestamp();
        try
        {
            for (int sent = 0; sent < length;)
                sent += await socket.SendAsync(_send.AsMemory(sent, length - sent), SocketFlags.None, limit).ConfigureAwait(false);
            BusStatus status = await ReceiveAsync(socket, unit, limit).ConfigureAwait(false);
            Latency = time.GetElapsedTime(start);
            return status;
        }
        catch (OperationCanceledException)
        {
            if (closing.IsCancellationRequested)
                Drop(BusStatus.Dropped, "line closed");
            else
                Drop(BusStatus.Timeout, stop.IsCancellationRequested ? "caller gave up" : "no complete answer within the transaction timeout");
            stop.ThrowIfCancellationRequested();
            return closing.IsCancellationRequested ? BusStatus.Dropped : BusStatus.Timeout;
        }
        catch (SocketException error)
        {
            return Drop(BusStatus.Dropped, error.Message);
        }
        finally
        {
            _limit.End();
            _quietSince = time.GetTimestamp();
        }
    }

    public void Dispose()
    {
        Drop(BusStatus.Dropped, "line closed");
        _limit.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BusStatus> ReceiveAsync(Socket socket, byte unit, CancellationToken limit)
    {
        int have = 0;
        int need = Mbap.HeaderLength;
        while (have < need)
        {
            int got = await socket.ReceiveAsync(_receive.AsMemory(have), SocketFlags.None, limit).ConfigureAwait(false);
            if (got == 0)
                return Drop(BusStatus.Dropped, "connection closed by the device");
            bool headerWasComplete = have >= Mbap.HeaderLength;
            have += got;
            if (headerWasComplete || have < Mbap.HeaderLength)
                continue;
            Mbap header = Mbap.Read(_receive);
            if (header.FaultAsReply(_transactionId, unit, ModbusPdu.ReplyLength(Request)) is { } fault)
                return Drop(BusStatus.Malformed, fault);
            need = header.FrameLength;
            _replyLength = header.PduLength;
        }

        // The reply itself is sound; what follows it belongs to nobody, so nobody shall read it.
        if (have > need)
            Drop(BusStatus.Ok, "bytes followed the reply");
        return BusStatus.Ok;
    }

    private BusStatus CheckQuiet()
    {
        if (_socket is null)
            return BusStatus.Dropped;
        try
        {
            if (!_socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
                return BusStatus.Ok;
            return _socket.Available == 0
                ? Drop(BusStatus.Dropped, "connection closed by the device")
                : Drop(BusStatus.Malformed, "bytes arrived that nobody asked for");
        }
        catch (SocketException error)
        {
            return Drop(BusStatus.Dropped, error.Message);
        }
    }

    private async ValueTask<BusStatus> PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        CancellationToken limit = _limit.Begin(Timeout.InfiniteTimeSpan, stop);
        try
        {
            await Task.Delay(pause, time, limit).ConfigureAwait(false);
            return BusStatus.Ok;
        }
        catch (OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return Drop(BusStatus.Dropped, "line closed");
        }
        finally
        {
            _limit.End();
        }
    }

    private async Task<Socket> OpenAsync(CancellationToken limit)
    {
        // The resolver itself cannot be interrupted, so its answer is waited for only as long as the limit allows.
        IPAddress[] addresses = IPAddress.TryParse(settings.Host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(settings.Host, limit).WaitAsync(limit).ConfigureAwait(false);
        for (int i = 0; ; i++)
        {
            Socket socket = new(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
                await socket.ConnectAsync(new IPEndPoint(addresses[i], settings.Port), limit).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                // the next address of the name is tried
            }
            finally
            {
                if (!socket.Connected)
                    socket.Dispose();
            }
        }
    }
}
