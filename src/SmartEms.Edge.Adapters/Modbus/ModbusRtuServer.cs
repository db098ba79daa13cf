using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>RTU frames through TCP, as plain serial servers hand them on: every client meets the same devices. Used by one caller at a time.</summary>
public sealed class ModbusRtuServer : IAsyncDisposable
{
    private readonly IRegisterTable _table;
    private readonly ModbusRtuSlaveSettings _settings;
    private readonly TimeProvider _time;
    private readonly Lock _sync = new();
    private readonly List<ModbusRtuSlave> _clients = [];
    private Misbehaviour _misbehaviour = Misbehaviour.None;
    private Socket _listener;
    private CancellationTokenSource? _off;
    private Task _accepting = Task.CompletedTask;

    private ModbusRtuServer(IPEndPoint at, IRegisterTable table, ModbusRtuSlaveSettings settings, TimeProvider time)
    {
        (_table, _settings, _time) = (table, settings, time);
        _listener = Bind(at);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Where it listens, with the port it really got.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>As <see cref="ModbusRtuSlave.Misbehaviour"/>, for every client.</summary>
    public Misbehaviour Misbehaviour
    {
        get => Volatile.Read(ref _misbehaviour);
        set
        {
            lock (_sync)
            {
                Volatile.Write(ref _misbehaviour, value);
                foreach (ModbusRtuSlave client in _clients)
                    client.Misbehaviour = value;
            }
        }
    }

    /// <summary>Binds and listens. Throws <see cref="SocketException"/> if the end point cannot be had.</summary>
    public static ModbusRtuServer Start(IPEndPoint at, IRegisterTable table, ModbusRtuSlaveSettings settings, TimeProvider time)
    {
        ModbusRtuServer server = new(at, table, settings, time);
        server.Listen();
        return server;
    }

    /// <summary>Closes every client and refuses new ones; the port stays ours. Does nothing if off already.</summary>
    public async ValueTask StopListeningAsync()
    {
        if (_off is null)
            return;
        await SwitchOffAsync().ConfigureAwait(false);
        _listener = Bind(EndPoint);
    }

    /// <summary>Listens again, on the same port. Does nothing if it does already.</summary>
    public ValueTask ResumeAsync()
    {
        if (_off is null)
            Listen();
        return default;
    }

    /// <summary>An exception the register table threw comes out here.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_off is not null)
            await SwitchOffAsync().ConfigureAwait(false);
        _listener.Dispose();
    }

    private static Socket Bind(IPEndPoint at)
    {
        Socket socket = new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(at);
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
        await _off!.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _listener.Dispose();
        _off.Dispose();
        _off = null;
        foreach (ModbusRtuSlave client in _clients)
            await client.DisposeAsync().ConfigureAwait(false);
        _clients.Clear();
    }

    private async Task AcceptAsync(Socket listener, CancellationToken off)
    {
        while (!off.IsCancellationRequested)
        {
            try
            {
                Socket client = await listener.AcceptAsync(off).ConfigureAwait(false);
                client.NoDelay = true;
                await AdmitAsync(client).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // a client that hung up while it waited
            }
        }
    }

    private async Task AdmitAsync(Socket socket)
    {
        ModbusRtuSlave client = await ModbusRtuSlave.StartAsync(new SocketLink(socket), _table, _settings, _time).ConfigureAwait(false);
        List<ModbusRtuSlave> gone;
        lock (_sync)
        {
            gone = _clients.FindAll(static one => one.Served.IsCompletedSuccessfully);
            _clients.RemoveAll(gone.Contains);
            client.Misbehaviour = _misbehaviour;
            _clients.Add(client);
        }

        foreach (ModbusRtuSlave one in gone)
            await one.DisposeAsync().ConfigureAwait(false);
    }
}
