using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Builds a new store from what a damaged one still holds: every sound entry with its number and seal, every readable row of the other tables, and
/// gap records for what is missing. The new file gets its name only when it is whole, so an interrupted salvage is simply done again.</summary>
internal sealed class Salvage(string file, string quarantined, string why)
{
    /// <summary>Numbers that may have been given behind the last one seen are never given again: so many are left out.</summary>
    public const int Leap = 1000;

    private const int PageEntries = 1000;
    private const long Believable = 1_000_000;
    private static readonly string[] Tables = ["texts", "cursors"];

    private readonly string _fresh = file + ".salvaging";

    /// <summary>Gives how many entries were saved.</summary>
    public long Run(Instant now)
    {
        Clear(_fresh);
        long saved;
        using (var database = Database.Open(_fresh, writable: true))
        {
            StoreSchema.Make(database);
            CopyTables(database);
            using var ledger = new LedgerTable(database);
            database.Execute("BEGIN IMMEDIATE");
            var highest = Carve(ledger);
            database.Execute("COMMIT");
            saved = database.Long("SELECT count(*) FROM ledger");
            database.Execute("BEGIN IMMEDIATE");
            Gaps(ledger, Math.Max(Math.Max(highest, HighWater.Read(file)), database.Long("SELECT max(through) FROM cursors")), now);
            database.Execute("COMMIT");
        }

        File.Move(_fresh, file);
        Descriptor.SyncDirectory(Path.GetDirectoryName(file)!);
        return saved;
    }

    private long Carve(LedgerTable ledger)
    {
        using var carver = new LedgerCarver(quarantined, quarantined + "-wal");
        var last = 0L;
        foreach (var entry in carver.Entries())
        {
            ledger.Restore(entry);
            last = Math.Max(last, entry.Sequence);
        }

        return carver.Highest - last < Believable ? carver.Highest : last;
    }

    private void Gaps(LedgerTable ledger, long highest, Instant now)
    {
        var missing = new List<LedgerGap>();
        LedgerHead last = default;
        for (List<LedgerEntry> page; (page = ledger.After(last.Sequence, PageEntries)).Count > 0;)
            foreach (var entry in page)
            {
                if (entry.Sequence > last.Sequence + 1)
                    missing.Add(new(last.Sequence + 1, entry.Sequence - 1, $"not readable any more, or pruned before: {why}"));
                last = new(entry.Sequence, entry.Seal.Chain);
            }

        var head = new LedgerHead(Math.Max(last.Sequence, highest) + Leap - 1, last.Chain);
        missing.Insert(0, new(last.Sequence + 1, head.Sequence, $"left out, because numbers behind the last readable entry may have been given: {why}"));
        foreach (var gap in missing)
            head = ledger.Put(head, new(LedgerKind.Gap, now, gap.ToBytes()));
    }

    /// <summary>Tables whose rows have no CRC are taken over as SQLite reads them; a table it cannot read to the end gives what came before.</summary>
    private void CopyTables(Database database)
    {
        if (Attach(database, quarantined))
        {
            Copy(database);
            return;
        }

        var mended = _fresh + ".mended";
        File.Copy(quarantined, mended, overwrite: true);
        StoreFile.Mend(mended);
        if (Attach(database, mended))
            Copy(database);
        Clear(mended);
    }

    private static bool Attach(Database database, string path)
    {
        try
        {
            database.Execute($"ATTACH 'file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}?mode=ro' AS old");
            _ = database.Long("SELECT count(*) FROM old.sqlite_schema");
            return true;
        }
        catch (StoreException)
        {
            Detach(database);
            return false;
        }
    }

    private static void Copy(Database database)
    {
        foreach (var table in Tables)
            try
            {
                // Row by row, so that what was read before the damage stays.
                database.Execute($"INSERT OR IGNORE INTO main.{table} SELECT * FROM old.{table}");
            }
            catch (StoreException)
            {
                CopySingly(database, table);
            }

        Detach(database);
    }

    private static void CopySingly(Database database, string table)
    {
        for (var at = 0; ; at++)
            try
            {
                var before = database.Long("SELECT total_changes()");
                database.Execute($"INSERT OR IGNORE INTO main.{table} SELECT * FROM old.{table} LIMIT 100 OFFSET {at * 100L}");
                if (database.Long("SELECT total_changes()") == before)
                    return;
            }
            catch (StoreException)
            {
                return;
            }
    }

    private static void Detach(Database database)
    {
        try
        {
            database.Execute("DETACH old");
        }
        catch (StoreException)
        {
            // It was never attached.
        }
    }

    private static void Clear(string path)
    {
        foreach (var part in new[] { "", "-wal", "-shm", "-journal" })
            File.Delete(path + part);
    }
}
