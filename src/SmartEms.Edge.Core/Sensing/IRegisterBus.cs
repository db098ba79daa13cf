namespace SmartEms.Edge.Core.Sensing;

/// <summary>One fieldbus connection, shared by every unit behind it. Transactions queue; each has its own absolute deadline.</summary>
public interface IRegisterBus : IAsyncDisposable
{
    /// <summary>What is wrong with the line, with the remedy where one is known; for people. Null while nothing is.</summary>
    string? Fault => null;

    /// <summary>Grows with every step of a transaction that has ended on this line, whoever's it was: a turn come, a connection made, an answer. A line
    /// that hangs stops counting; one that nobody counts stays at 0.</summary>
    long Steps => 0;

    /// <summary>Reads a span into <paramref name="into"/> (one element per register, or per bit 0/1; length = span.Count).
    /// Never throws for the field's faults; throws <see cref="OperationCanceledException"/> only when <paramref name="stop"/> fires.</summary>
    ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop);

    /// <summary>Writes a span (span.Count elements) with the function the register wants.</summary>
    ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop);
}
