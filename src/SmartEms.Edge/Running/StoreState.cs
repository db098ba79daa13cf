namespace SmartEms.Edge.Running;

/// <summary>How the store fares, for screens and the local API.</summary>
/// <param name="Failure">What is wrong in words, or null while the store works.</param>
/// <param name="QueueBytes">Memory held by what is not stored yet.</param>
/// <param name="SlowestMs">The longest the store took for one piece of work since the program started, ms.</param>
internal sealed record StoreState(string? Failure, long QueueBytes, double SlowestMs)
{
    /// <summary>Dropped since the program started; each stretch is noted in the ledger as a gap.</summary>
    public long DroppedEntries { get; init; }
    public long DroppedSamples { get; init; }

    /// <summary>How often the store was opened anew after a failure.</summary>
    public int Recycled { get; init; }

    /// <summary>Handed to the store since the program started: bodies of ledger entries in bytes, telemetry in samples.</summary>
    public long LedgerBytes { get; init; }
    public long TelemetrySamples { get; init; }

    /// <summary>What the card was sent for it since the program started, as the kernel counts it, bytes.</summary>
    public long LedgerWritten { get; init; }
    public long TelemetryWritten { get; init; }
}
