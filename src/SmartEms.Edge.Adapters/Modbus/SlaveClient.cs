using System.Net.Sockets;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>One client of a Modbus TCP slave: its requests are read and answered in order until it leaves, idles too long, breaks the protocol or is closed.</summary>
internal sealed class SlaveClient
{
    private const int IpProtocolTcp = 6;
    private const int TcpInfo = 11;
    private const byte TcpEstablished = 1;

    private readonly Socket _socket;
    private readonly ModbusTcpSlave _slave;
    private readonly CancellationToken _off;
    private readonly Lock _sync = new();
    private readonly byte[] _in = new byte[Mbap.MaxFrame];
    private readonly byte[] _out = new byte[ReplyDamage.MaxLength];
    private int _have;
    private bool _over;

    public SlaveClient(Socket socket, ModbusTcpSlave slave, CancellationToken off)
    {
        _socket = socket;
        _slave = slave;
        _off = off;
        Served = ServeAsync();
    }

    /// <summary>Ends with the client. Fails only if the register table threw.</summary>
    public Task Served { get; }

    /// <summary>False once the client has hung up, even if our loop has not noticed yet.</summary>
    public bool IsHere
    {
        get
        {
            lock (_sync)
            {
                if (_over || !OperatingSystem.IsLinux())
                    return !_over;
                // Linux says it exactly (the first byte of tcp_info is the state); "readable but empty" would race with our own receive.
                Span<byte> state = stackalloc byte[1];
                return _socket.GetRawSocketOption(IpProtocolTcp, TcpInfo, state) != 1 || state[0] == TcpEstablished;
            }
        }
    }

    private async Task ServeAsync()
    {
        // Off the accept loop: the first request may already be waiting, and serving it is not the accepter's time.
        await Task.Yield();
        using StepLimit limit = new(_slave.Time, _off);
        try
        {
            while (await ReceiveAsync(limit).ConfigureAwait(false) && await AnswerAsync().ConfigureAwait(false))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // Switched off or idle too long; both end here on purpose.
        }
        catch (SocketException)
        {
            // The client broke the connection; that is its right.
        }
        finally
        {
            lock (_sync)
            {
                _over = true;
                _socket.Dispose();
            }
        }
    }

    /// <summary>False when the client has left or sent what no frame starts with; there is no way to find the next frame then.</summary>
    private async ValueTask<bool> ReceiveAsync(StepLimit step)
    {
        CancellationToken limit = step.Begin(_slave.Settings.IdleTimeout ?? Timeout.InfiniteTimeSpan, CancellationToken.None);
        try
        {
            while (true)
            {
                if (_have >= Mbap.HeaderLength)
                {
                    Mbap header = Mbap.Read(_in);
                    if (header.Fault is not null)
                        return false;
                    if (_have >= header.FrameLength)
                        return true;
                }

                int got = await _socket.ReceiveAsync(_in.AsMemory(_have), SocketFlags.None, limit).ConfigureAwait(false);
                if (got == 0)
                    return false;
                _have += got;
            }
        }
        finally
        {
            step.End();
        }
    }

    /// <summary>False when the connection has to be closed after this answer.</summary>
    private async ValueTask<bool> AnswerAsync()
    {
        int taken = Mbap.Read(_in).FrameLength;
        Misbehaviour misbehaviour = _slave.Misbehaviour;
        int length = _slave.Answer(_in.AsSpan(0, taken), misbehaviour, _out);
        _in.AsSpan(taken, _have - taken).CopyTo(_in);
        _have -= taken;
        switch (misbehaviour.Kind)
        {
            case MisbehaviourKind.Silent:
                return true;
            case MisbehaviourKind.LateReply:
                await Task.Delay(misbehaviour.Delay, _slave.Time, _off).ConfigureAwait(false);
                break;
            case MisbehaviourKind.Drip:
                for (int i = 0; i < length; i++)
                {
                    await Task.Delay(misbehaviour.Delay, _slave.Time, _off).ConfigureAwait(false);
                    await SendAsync(i, 1).ConfigureAwait(false);
                }

                return true;
            case MisbehaviourKind.CloseMidReply:
                await SendAsync(0, length / 2).ConfigureAwait(false);
                return false;
        }

        await SendAsync(0, length).ConfigureAwait(false);
        return true;
    }

    private async ValueTask SendAsync(int from, int length)
    {
        for (int sent = 0; sent < length;)
            sent += await _socket.SendAsync(_out.AsMemory(from + sent, length - sent), SocketFlags.None, _off).ConfigureAwait(false);
    }
}
