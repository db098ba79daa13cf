using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Commands;

/// <summary>Where writes by hand are taken down: by the daemon while it runs, else in its store. It is opened before the write, so that nothing is written
/// that cannot be recorded.</summary>
internal sealed class HandJournal : IDisposable
{
    private readonly LocalClient? daemon;
    private readonly SqliteStore? store;
    private readonly TimeProvider time;

    private HandJournal(LocalClient? daemon, SqliteStore? store, TimeProvider time) => (this.daemon, this.store, this.time) = (daemon, store, time);

    /// <summary>Refuses when there is a store that cannot be written. On a machine without one there is nothing to record in, and it is said.</summary>
    public static HandJournal Open(LocalClient? daemon, string path, Screen screen)
    {
        if (daemon is not null)
            return new(daemon, null, screen.Time);
        if (File.Exists(path))
            return new(null, Stores.Opened(() => StoreRecovery.Open(path, new(screen.Time, screen.Say))), screen.Time);
        screen.Say($"not recorded: no daemon runs here and there is no store at {path}");
        return new(null, null, screen.Time);
    }

    /// <summary>True when it stands in the ledger.</summary>
    public async Task<bool> AppendAsync(HandWrite done, CancellationToken stop)
    {
        if (daemon is not null)
            return LocalClient.Read(await daemon.PostAsync($"/v1/written?{HandWrites.Query(done)}", stop), ViewsJson.Wire.HandWriteView).Recorded;
        if (store is null)
            return false;
        Stores.Opened(() => store.Append(LedgerKind.HandWrite, Instant.From(time.GetUtcNow()), done.ToBytes()));
        return true;
    }

    public void Dispose() => store?.Dispose();
}
