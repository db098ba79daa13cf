using System.Runtime.CompilerServices;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The one connection to a Modbus TCP device or gateway: callers queue in order of arrival, one transaction is on the line at a time.</summary>
/// <remarks>
/// Nothing is ever repeated: a request, above all a write, goes out at most once. The deadline of a transaction starts when it gets the line;
/// queueing, the gap, and connecting (bounded by its own timeout) come before. There is no back-off here, but a failed connection attempt answers
/// everyone who was queueing behind it, so an absent host meets one attempt per round of its callers and not one per caller.
/// </remarks>
public sealed class ModbusTcpMaster : IRegisterBus
{
    private readonly FifoGate _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _healthSync = new();
    private readonly TcpLine _line;
    private ModbusLineHealth _health;
    private long _connectFailures;
    private bool _closed;

    /// <summary>Connects with the first transaction, not here.</summary>
    public ModbusTcpMaster(ModbusTcpSettings settings, TimeProvider time)
    {
        Settings = settings;
        _line = new TcpLine(settings, time, _closing.Token);
    }

    public ModbusTcpSettings Settings { get; }

    /// <summary>A consistent snapshot; may be asked for from any thread at any time.</summary>
    public ModbusLineHealth Health
    {
        get
        {
            lock (_healthSync)
                return _health;
        }
    }

    /// <summary>Functions 1 to 4. Throws <see cref="ArgumentException"/> for a span no request can carry, <see cref="ObjectDisposedException"/> after disposal.</summary>
    public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        ModbusPdu.CheckRead(span, into.Length);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
        return ReadInTurnAsync(span, into, stop);
    }

    /// <summary>Functions 5, 6, 15 and 16. Throws <see cref="ArgumentException"/> for a span no request can carry, <see cref="ObjectDisposedException"/> after disposal.</summary>
    public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop)
    {
        ModbusPdu.CheckWrite(span, values.Span, function);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
        return WriteInTurnAsync(span, values, function, stop);
    }

    /// <summary>Closes the connection at once; the running and the queued transactions end as <see cref="BusStatus.Dropped"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, true))
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _gate.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        _line.Dispose();
        _gate.Leave();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BusReply> ReadInTurnAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        long failuresSeen = Interlocked.Read(ref _connectFailures);
        await _gate.EnterAsync(stop).ConfigureAwait(false);
        try
        {
            BusReply reply = new(await ReadyAsync(failuresSeen, stop).ConfigureAwait(false));
            if (reply.IsOk)
            {
                int length = ModbusPdu.EncodeRead(span, _line.Request);
                reply = new BusReply(await _line.ExchangeAsync(span.Unit, length, stop).ConfigureAwait(false));
                if (reply.IsOk)
                    reply = ModbusPdu.DecodeRead(_line.Request[..length], _line.Reply, into.Span);
            }

            return Settle(reply);
        }
        finally
        {
            _gate.Leave();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BusReply> WriteInTurnAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop)
    {
        long failuresSeen = Interlocked.Read(ref _connectFailures);
        await _gate.EnterAsync(stop).ConfigureAwait(false);
        try
        {
            BusReply reply = new(await ReadyAsync(failuresSeen, stop).ConfigureAwait(false));
            if (reply.IsOk)
            {
                int length = ModbusPdu.EncodeWrite(span, values.Span, function, _line.Request);
                reply = new BusReply(await _line.ExchangeAsync(span.Unit, length, stop).ConfigureAwait(false));
                if (reply.IsOk)
                    reply = ModbusPdu.DecodeWrite(_line.Request[..length], _line.Reply);
            }

            return Settle(reply);
        }
        finally
        {
            _gate.Leave();
        }
    }

    private async ValueTask<BusStatus> ReadyAsync(long failuresSeen, CancellationToken stop)
    {
        if (_closed)
            return BusStatus.Dropped;
        BusStatus rested = await _line.RestAsync(stop).ConfigureAwait(false);
        if (rested != BusStatus.Ok || _line.IsOpen)
            return rested;
        if (failuresSeen != _connectFailures)
            return BusStatus.Unreachable;
        BusStatus connected = await _line.ConnectAsync(stop).ConfigureAwait(false);
        if (connected == BusStatus.Unreachable)
            Interlocked.Increment(ref _connectFailures);
        lock (_healthSync)
        {
            _health = connected == BusStatus.Unreachable
                ? _health with { ConnectFailures = _health.ConnectFailures + 1 }
                : _health with { Connects = _health.Connects + 1 };
        }

        return connected;
    }

    private BusReply Settle(BusReply reply)
    {
        if (reply.Status == BusStatus.Malformed && _line.IsOpen)
            _line.Drop(BusStatus.Malformed, "reply does not fit the request");
        bool answered = reply.Status is BusStatus.Ok or BusStatus.Exception;
        lock (_healthSync)
        {
            _health = _health with
            {
                Transactions = _health.Transactions + 1,
                Failures = _health.Failures + (answered ? 0 : 1),
                Exceptions = _health.Exceptions + (reply.Status == BusStatus.Exception ? 1 : 0),
                FailuresInARow = answered ? 0 : _health.FailuresInARow + 1,
                LastLatency = answered ? _line.Latency : _health.LastLatency,
                LastStatus = reply.Status,
                LastFault = answered ? _health.LastFault : _line.Fault,
            };
        }

        return reply;
    }
}
