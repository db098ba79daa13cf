using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core;

/// <summary>One fieldbus connection, shared by every unit behind it. Transactions queue; each has its own absolute deadline.</summary>
public interface IRegisterBus : IAsyncDisposable
{
    /// <summary>Reads a span into <paramref name="into"/> (one element per register, or per bit 0/1; length = span.Count).
    /// Never throws for the field's faults; throws <see cref="OperationCanceledException"/> only when <paramref name="stop"/> fires.</summary>
    ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop);

    /// <summary>Writes a span (span.Count elements) with the function the register wants.</summary>
    ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop);
}

/// <summary>The box's memory: an append-only ledger with a gap-free sequence, and telemetry. Failures are <see cref="IOException"/> with the remedy in words.</summary>
public interface IStore : IDisposable
{
    /// <summary>Appends and makes durable before returning; gives the sequence number.</summary>
    long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body);

    /// <summary>Appends telemetry as one transaction.</summary>
    void Append(ReadOnlySpan<TelemetrySample> samples);

    /// <summary>The number of a telemetry point "device/point" with its unit, made when new.</summary>
    int PointNumber(string name, string unit);

    /// <summary>The last entry of a kind, or null.</summary>
    LedgerEntry? Last(LedgerKind kind);

    /// <summary>Entries of a kind with from ≤ At &lt; to, in sequence.</summary>
    IEnumerable<LedgerEntry> Read(LedgerKind kind, Instant from, Instant to);

    /// <summary>Keeps a text by its SHA-256 (site files, profiles), so that a record can always be thought again.</summary>
    void KeepText(string hash, string text);
    string? Text(string hash);
}

/// <summary>The service manager (systemd): told when we are ready, alive, and leaving.</summary>
public interface ISupervisorLink : IDisposable
{
    /// <summary>How often <see cref="Alive"/> must be said, or null when nobody listens.</summary>
    TimeSpan? WatchdogPeriod { get; }

    void Ready();
    void Alive();
    void Status(string words);
    void Stopping();
}
