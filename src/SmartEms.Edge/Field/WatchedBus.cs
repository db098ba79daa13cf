using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>A bus that remembers when its device's loop last moved: each transaction has its own deadline, so whoever does not move for long hangs.</summary>
internal sealed class WatchedBus(IRegisterBus inner, SiteClock clock) : IRegisterBus
{
    public string? Fault => inner.Fault;

    private long movedMs;

    public long StillMs => clock.UptimeMs - Interlocked.Read(ref movedMs);

    public void Move() => Interlocked.Exchange(ref movedMs, clock.UptimeMs);

    public async ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        var reply = await inner.ReadAsync(span, into, stop);
        Move();
        return reply;
    }

    public async ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop)
    {
        var reply = await inner.WriteAsync(span, values, function, stop);
        Move();
        return reply;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
