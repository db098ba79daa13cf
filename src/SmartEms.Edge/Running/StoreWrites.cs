using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Running;

/// <summary>Splits what the store's one thread writes to the card by what it wrote it for, with the kernel's own count before and after.</summary>
internal sealed class StoreWrites
{
    private long ledger;
    private long telemetry;

    /// <summary>Bytes since the program started, with log and copies.</summary>
    public long Ledger => Interlocked.Read(ref ledger);
    public long Telemetry => Interlocked.Read(ref telemetry);

    public void ForLedger(Action store) => Interlocked.Add(ref ledger, Counted(store));

    public void ForTelemetry(Action store) => Interlocked.Add(ref telemetry, Counted(store));

    private static long Counted(Action store)
    {
        var before = ThreadWrites.Bytes();
        store();
        return Math.Max(0, ThreadWrites.Bytes() - before);
    }
}
