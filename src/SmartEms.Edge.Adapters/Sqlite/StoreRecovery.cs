using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>What opening a store needs to know beyond its path: the clock for names and records, and who hears of a recovery.</summary>
public sealed record StoreKeeping(TimeProvider Time, Action<string> Say);

/// <summary>Opens the store of a running box: with the device's key, its end verified, and a damaged one moved aside, salvaged and continued.</summary>
public static class StoreRecovery
{
    /// <summary>Up to this size the whole database is checked at start, each entry too; of larger ones the end, and the rest by <c>ledger verify</c>.</summary>
    private const long CheckedAtStart = 64 << 20;

    private const int PageEntries = 256;
    private const int MostTail = 20_000;

    /// <summary>Opens, makes or recovers the store.</summary>
    /// <exception cref="StoreException">Somebody else's: owned by another process, another program's file, a newer schema, no permission, a key others may
    /// read; nothing was touched. Or the disk fails (<see cref="StoreException.IsOfDisk"/>).</exception>
    /// <exception cref="NativeLibraryMissingException">SQLite 3.35 or newer is not there.</exception>
    public static SqliteStore Open(string path, StoreKeeping how)
    {
        Sqlite3.Load();
        var file = StoreFile.Locate(path);
        var owner = StoreOwner.Take(file);
        DeviceKey? key = null;
        try
        {
            var damage = StoreFile.Damage(file) ?? LogCheck.Damage(file);
            key = DeviceKey.OpenOrMake(Path.GetDirectoryName(file)!, Quarantine.Suffix(how.Time));
            var store = damage is null ? TryOpen(file, owner, key, ref damage) : null;
            store ??= Recover(file, (owner, key), damage!, how);
            foreach (var words in (string?[])[key.Replaced, store.TelemetryTrouble])
                if (words is not null)
                {
                    how.Say(words);
                    store.Remark(Now(how), words);
                }

            if (HighWater.Read(file) is var told && told > store.Head.Sequence)
                store.LeaveOut(told + Salvage.Leap - 1, Now(how), $"numbers up to {told} had been given, and the last of them are gone");
            store.TellHighWater();
            return store;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key?.Dispose();
            owner.Dispose();
            if (e is UnauthorizedAccessException)
                throw StoreException.About(file, $"cannot be used: {e.Message.TrimEnd('.')}", "give the user smartems the right to read and write the directory and its files");
            throw;
        }
    }

    /// <summary>The store when it is sound; null and the damage in words when it is not.</summary>
    private static SqliteStore? TryOpen(string file, StoreOwner owner, DeviceKey key, ref string? damage)
    {
        SqliteStore? store = null;
        try
        {
            store = SqliteStore.Opened(file, owner, writable: true, key);
            var isSmall = new FileInfo(file).Length <= CheckedAtStart;
            damage = (isSmall ? store.Complaint() : null) ?? Fault(store, isSmall);
        }
        catch (StoreException e) when (e.IsDamage)
        {
            damage = e.Message;
        }

        if (damage is null)
            return store;
        store?.Close();
        return null;
    }

    /// <summary>The first fault of the ledger, or null; of a large one since the last checkpoint only.</summary>
    private static string? Fault(SqliteStore store, bool isSmall)
    {
        var after = isSmall ? 0 : Math.Max((store.Last(LedgerKind.Checkpoint)?.Sequence ?? 1) - 1, store.Head.Sequence - MostTail);
        var verifier = new LedgerVerifier([]);
        for (IReadOnlyList<LedgerEntry> page; (page = store.After(after, PageEntries)).Count > 0; after = page[^1].Sequence)
            foreach (var entry in page)
                verifier.Look(entry);
        var verdict = verifier.Verdict();
        return verdict.IsSound ? null : verdict.Faults[0].What;
    }

    private static SqliteStore Recover(string file, (StoreOwner Owner, DeviceKey Key) ours, string damage, StoreKeeping how)
    {
        var quarantined = !File.Exists(file) && Quarantine.Newest(file) is { } unfinished ? unfinished : file + Quarantine.Suffix(how.Time);
        Quarantine.Put(file, quarantined);
        var saved = new Salvage(file, quarantined, damage).Run(Now(how));
        var store = SqliteStore.Opened(file, ours.Owner, writable: true, ours.Key);
        var words = $"the store {file} was damaged ({damage}); it is kept as {Path.GetFileName(quarantined)}, {saved} ledger entries were saved";
        how.Say(words);
        store.Remark(Now(how), words);
        return store;
    }

    private static Instant Now(StoreKeeping how) => Instant.From(how.Time.GetUtcNow());
}
