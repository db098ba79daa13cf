using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A Modbus TCP server for many clients and units: the wire side of every simulated device, able to be switched off and to misbehave on command.</summary>
public sealed class ModbusTcpSlave : IAsyncDisposable
{
    private static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(100);

    private readonly RegisterAnswers _answers;
    private readonly TurnGate _switching = new();
    private readonly Lock _sync = new();
    private readonly List<SlaveClient> _clients = [];
    private readonly ReplyDamage _damage;
    private Socket _listener;
    private CancellationTokenSource? _off;
    private Task _accepting = Task.CompletedTask;
    private Misbehaviour _misbehaviour = Misbehaviour.None;
    private ModbusTcpSlaveCounts _counts;
    private long? _lastReply;
    private bool _closed;

    private ModbusTcpSlave(ModbusTcpSlaveSettings settings, IRegisterTable table, TimeProvider time)
    {
        Settings = settings;
        Time = time;
        _answers = new RegisterAnswers(table);
        _damage = new ReplyDamage(settings.Seed);
        _listener = Bind(settings.EndPoint);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    public ModbusTcpSlaveSettings Settings { get; }

    /// <summary>Where it listens, with the port it really got; the same while switched off.</summary>
    public IPEndPoint EndPoint { get; }

    public int BoundPort => EndPoint.Port;

    /// <summary>False while switched off.</summary>
    public bool IsListening => Volatile.Read(ref _off) is not null;

    /// <summary>Holds from the next request on, for every client; may be set from any thread.</summary>
    public Misbehaviour Misbehaviour
    {
        get => Volatile.Read(ref _misbehaviour);
        set => Volatile.Write(ref _misbehaviour, value);
    }

    public ModbusTcpSlaveCounts Counts
    {
        get
        {
            lock (_sync)
                return _counts;
        }
    }

    /// <summary>Clients being served now.</summary>
    public int Clients
    {
        get
        {
            lock (_sync)
                return CountClients();
        }
    }

    internal TimeProvider Time { get; }

    /// <summary>Binds and listens. Throws <see cref="SocketException"/> if the end point cannot be had.</summary>
    public static ModbusTcpSlave Start(ModbusTcpSlaveSettings settings, IRegisterTable table, TimeProvider time)
    {
        ModbusTcpSlave slave = new(settings, table, time);
        slave.Listen();
        return slave;
    }

    /// <summary>Switches the device off: every client is closed, new ones are refused by the kernel, the port stays ours. Does nothing if off already.</summary>
    public async ValueTask StopListeningAsync()
    {
        await _switching.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_off is null)
                return;
            // Bound beside the one that listens, before that is closed: nobody else can take the port in between. Then it is bound but not listening, and connecting is refused.
            Share(_listener);
            var held = Bind(EndPoint, isShared: true);
            try
            {
                await SwitchOffAsync().ConfigureAwait(false);
            }
            finally
            {
                _listener = held;
            }
        }
        finally
        {
            _switching.Leave();
        }
    }

    /// <summary>Switches the device on again, on the same port. Does nothing if on already.</summary>
    public async ValueTask ResumeAsync()
    {
        await _switching.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_off is null)
                Listen();
        }
        finally
        {
            _switching.Leave();
        }
    }

    /// <summary>Closes everything and waits until no task of the slave runs any more. An exception the register table threw comes out here.</summary>
    public async ValueTask DisposeAsync()
    {
        await _switching.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _closed = true;
            if (_off is not null)
                await SwitchOffAsync().ConfigureAwait(false);
            _listener.Dispose();
        }
        finally
        {
            _switching.Leave();
        }
    }

    /// <summary>Answers one whole request frame into <paramref name="reply"/>, damaged as commanded, and returns the bytes to send.</summary>
    internal int Answer(ReadOnlySpan<byte> frame, Misbehaviour misbehaviour, Span<byte> reply)
    {
        Mbap header = Mbap.Read(frame);
        ReadOnlySpan<byte> pdu = frame[Mbap.HeaderLength..];
        Span<byte> replyPdu = reply[Mbap.HeaderLength..];
        lock (_sync)
        {
            bool hasty = _lastReply is { } last && Time.GetElapsedTime(last) < Settings.RequiredGap;
            byte code = _answers.Answer(header.Unit, pdu, replyPdu, misbehaviour, out int length);
            length = Mbap.Write(reply, header.TransactionId, header.Unit, length);
            _counts = _counts with
            {
                Requests = _counts.Requests + 1,
                Exceptions = _counts.Exceptions + (code == ModbusExceptionCode.None ? 0 : 1),
                GapViolations = _counts.GapViolations + (hasty ? 1 : 0),
            };
            // Taken before sending: no master can have the reply earlier, so an honest gap never looks short.
            _lastReply = Time.GetTimestamp();
            return _damage.Apply(misbehaviour.Kind, reply, length);
        }
    }

    /// <summary>SO_REUSEPORT (socket(7)): sockets of one user that all carry it may be bound to one port.</summary>
    private static void Share(Socket socket)
    {
        const int solSocket = 1, soReusePort = 15;
        socket.SetRawSocketOption(solSocket, soReusePort, [1, 0, 0, 0]);
    }

    private static Socket Bind(IPEndPoint endPoint, bool isShared = false)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (isShared)
                Share(socket);
            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private void Listen()
    {
        _listener.Listen();
        _off = new CancellationTokenSource();
        _accepting = AcceptAsync(_listener, _off.Token);
    }

    private async Task SwitchOffAsync()
    {
        CancellationTokenSource off = _off!;
        _off = null;
        await off.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _listener.Dispose();
        List<Task> served = [];
        lock (_sync)
        {
            foreach (SlaveClient client in _clients)
                served.Add(client.Served);
            _clients.Clear();
        }

        await Task.WhenAll(served).ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listener, CancellationToken off)
    {
        while (!off.IsCancellationRequested)
        {
            try
            {
                Socket client = await listener.AcceptAsync(off).ConfigureAwait(false);
                Admit(client, off);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that hung up while waiting, or no descriptors left: neither ends the slave, neither may spin.
                await Task.Delay(AcceptRetry, Time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Admit(Socket client, CancellationToken off)
    {
        lock (_sync)
        {
            // Failed ones stay, so that what the register table threw is not lost.
            _clients.RemoveAll(static served => served.Served.IsCompletedSuccessfully);
            // One that has hung up holds no place, even if its last answer is still being written.
            bool full = CountClients() >= Settings.MaxClients;
            _counts = full ? _counts with { Refused = _counts.Refused + 1 } : _counts with { Accepted = _counts.Accepted + 1 };
            if (full)
            {
                client.Dispose();
                return;
            }

            client.NoDelay = true;
            _clients.Add(new SlaveClient(client, this, off));
        }
    }

    private int CountClients()
    {
        int count = 0;
        foreach (SlaveClient client in _clients)
        {
            if (client.IsHere)
                count++;
        }

        return count;
    }
}
