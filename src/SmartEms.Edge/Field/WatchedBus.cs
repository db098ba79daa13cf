using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>A bus that knows whether its device's loop moves. While a transaction runs, its line must come further, if only with others' turns; between
/// transactions the loop itself must move. One watcher asks.</summary>
internal sealed class WatchedBus(IRegisterBus inner, SiteClock clock) : IRegisterBus
{
    /// <summary>Who waits longer for a turn on a line that serves others does not get one any more.</summary>
    private const long LosesItsTurnAfterMs = 60_000;

    private readonly Motion own = new(clock);
    private readonly Motion line = new(clock);
    private long seenSteps;
    private volatile bool isInside;

    public string? Fault => inner.Fault;

    /// <summary>For how long nothing has moved that should, ms.</summary>
    public long StillMs
    {
        get
        {
            if (inner.Steps is var steps && steps != seenSteps)
                line.Move();
            seenSteps = steps;
            return isInside && own.StillMs < LosesItsTurnAfterMs ? Math.Min(own.StillMs, line.StillMs) : own.StillMs;
        }
    }

    public void Move() => own.Move();

    public async ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        Enter();
        var reply = await inner.ReadAsync(span, into, stop);
        Leave();
        return reply;
    }

    public async ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop)
    {
        Enter();
        var reply = await inner.WriteAsync(span, values, function, stop);
        Leave();
        return reply;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Enter()
    {
        Move();
        isInside = true;
    }

    private void Leave()
    {
        isInside = false;
        Move();
    }
}
