using System.Runtime.CompilerServices;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The master of one line, whatever it is made of: one transaction is on it at a time, writes go before reads that wait, each kind in order of arrival.</summary>
/// <remarks>
/// Nothing is ever repeated: a request, above all a write, goes out at most once. The deadline of a transaction starts when it gets the line;
/// queueing, the gap, and connecting (bounded by its own timeout) come before. There is no back-off here, but a failed connection attempt answers
/// everyone who was queueing behind it, so an absent host meets one attempt per round of its callers and not one per caller.
/// </remarks>
public class ModbusMaster : IRegisterBus
{
    private readonly TurnGate _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _healthSync = new();
    private readonly FrameLine _line;
    private readonly LearntTimeouts _learnt = new();
    private ModbusLineHealth _health;
    private long _connectFailures;
    private long _steps;
    private bool _closed;

    /// <summary>Connects with the first transaction, not here.</summary>
    public ModbusMaster(LineSettings settings, TimeProvider time)
    {
        Settings = settings;
        Trace = new WireTrace(settings.Framing, time);
        _line = settings.Framing == WireFraming.Mbap ? new TcpLine(settings, time, _closing.Token) : new RtuLine(settings, time, _closing.Token);
        _line.WaitAfterConnect = settings.WaitAfterConnect;
    }

    /// <summary>Of the line itself; its timeouts and gap hold for callers without their own.</summary>
    public LineSettings Settings { get; }

    /// <summary>The last frames, both ways.</summary>
    public WireTrace Trace { get; }

    /// <summary>A consistent snapshot; may be asked for from any thread at any time.</summary>
    public ModbusLineHealth Health
    {
        get
        {
            lock (_healthSync)
                return _health;
        }
    }

    public string? Fault
    {
        get
        {
            lock (_healthSync)
                return _health.FailuresInARow > 0 ? _health.LastFault : null;
        }
    }

    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>Functions 1 to 4. Throws <see cref="ArgumentException"/> for a span no request can carry, <see cref="ObjectDisposedException"/> after disposal.</summary>
    public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop) =>
        ReadAsync(span, into, Patience.Of(Settings), stop);

    /// <summary>Functions 5, 6, 15 and 16. Throws <see cref="ArgumentException"/> for a span no request can carry, <see cref="ObjectDisposedException"/> after disposal.</summary>
    public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) =>
        WriteAsync(span, values, function, Patience.Of(Settings), stop);

    /// <summary>How long a read of this unit is waited for now.</summary>
    public TimeSpan TimeoutOf(byte unit) => _learnt.For(unit, Patience.Of(Settings));

    /// <summary>Closes the connection at once; the running and the queued transactions end as <see cref="BusStatus.Dropped"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref _closed, true))
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _gate.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        _line.Dispose();
        _gate.Leave();
    }

    internal ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, Patience patience, CancellationToken stop)
    {
        ModbusPdu.CheckRead(span, into.Length);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
        return ReadInTurnAsync(span, into, patience, stop);
    }

    internal ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, Patience patience, CancellationToken stop)
    {
        ModbusPdu.CheckWrite(span, values.Span, function);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
        return WriteInTurnAsync(span, values, function, patience, stop);
    }

    /// <summary>A further device on this line may want more silence after connecting than those before it.</summary>
    internal void Admit(LineSettings settings)
    {
        if (settings.WaitAfterConnect > _line.WaitAfterConnect)
            _line.WaitAfterConnect = settings.WaitAfterConnect;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BusReply> ReadInTurnAsync(RegisterSpan span, Memory<ushort> into, Patience patience, CancellationToken stop)
    {
        long failuresSeen = Interlocked.Read(ref _connectFailures);
        await _gate.EnterAsync(stop).ConfigureAwait(false);
        Interlocked.Increment(ref _steps);
        try
        {
            BusReply reply = new(await ReadyAsync(span.Unit, patience, failuresSeen, stop).ConfigureAwait(false));
            if (reply.IsOk)
            {
                int length = ModbusPdu.EncodeRead(span, _line.Request);
                reply = new BusReply(await ExchangeAsync(span.Unit, length, _learnt.For(span.Unit, patience), stop).ConfigureAwait(false));
                if (reply.IsOk)
                    reply = Believed(ModbusPdu.DecodeRead(_line.Request[..length], _line.Reply, into.Span));
                Traced(span.Unit, reply);
            }

            return Settle(reply);
        }
        finally
        {
            _gate.Leave();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BusReply> WriteInTurnAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, Patience patience, CancellationToken stop)
    {
        long failuresSeen = Interlocked.Read(ref _connectFailures);
        await _gate.EnterAsync(stop, isUrgent: true).ConfigureAwait(false);
        Interlocked.Increment(ref _steps);
        try
        {
            BusReply reply = new(await ReadyAsync(span.Unit, patience, failuresSeen, stop).ConfigureAwait(false));
            if (reply.IsOk)
            {
                int length = ModbusPdu.EncodeWrite(span, values.Span, function, _line.Request);
                reply = new BusReply(await ExchangeAsync(span.Unit, length, patience.Timeout, stop).ConfigureAwait(false));
                if (reply.IsOk)
                    reply = Believed(ModbusPdu.DecodeWrite(_line.Request[..length], _line.Reply));
                Traced(span.Unit, reply);
            }

            return Settle(reply);
        }
        finally
        {
            _gate.Leave();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BusStatus> ExchangeAsync(byte unit, int length, TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            return await _line.ExchangeAsync(unit, length, timeout, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Trace.Sent(unit, _line.SentBytes, _line.Latency);
            Trace.Line(unit, BusStatus.Dropped, "caller gave up");
            throw;
        }
    }

    private void Traced(byte unit, BusReply reply)
    {
        bool answered = reply.Status is BusStatus.Ok or BusStatus.Exception;
        if (answered)
            _learnt.Answered(unit, _line.Latency);
        else
            _learnt.Silent(unit);
        Trace.Sent(unit, _line.SentBytes, _line.Latency);
        Trace.Ended(unit, reply, _line.Latency, answered ? null : _line.Fault, _line.ReceivedBytes);
    }

    private async ValueTask<BusStatus> ReadyAsync(byte unit, Patience patience, long failuresSeen, CancellationToken stop)
    {
        if (_closed)
            return BusStatus.Dropped;
        _line.Longest = patience.Timeout;
        BusStatus rested = await _line.RestAsync(unit, patience.Gap, stop).ConfigureAwait(false);
        if (rested != BusStatus.Ok || _line.IsOpen)
            return rested;
        if (failuresSeen != _connectFailures)
            return BusStatus.Unreachable;
        BusStatus connected = await _line.ConnectAsync(stop).ConfigureAwait(false);
        Interlocked.Increment(ref _steps);
        if (connected == BusStatus.Unreachable)
            Interlocked.Increment(ref _connectFailures);
        Trace.Line(unit, connected, connected == BusStatus.Ok ? "line opened" : _line.Fault ?? "");
        lock (_healthSync)
        {
            _health = connected == BusStatus.Unreachable
                ? _health with { ConnectFailures = _health.ConnectFailures + 1 }
                : _health with { Connects = _health.Connects + 1 };
        }

        return connected;
    }

    private BusReply Believed(BusReply reply)
    {
        if (reply.Status == BusStatus.Malformed)
            _line.Doubt(BusStatus.Malformed, "reply does not fit the request");
        return reply;
    }

    private BusReply Settle(BusReply reply)
    {
        Interlocked.Increment(ref _steps);
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
