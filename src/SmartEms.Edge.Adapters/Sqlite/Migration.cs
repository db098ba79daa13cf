using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Brings a store of an older schema to this one, in one transaction: after a crash it is the old store or the new one.</summary>
internal static class Migration
{
    public static void Run(Database database)
    {
        if (database.Long("PRAGMA user_version") >= StoreFile.Version)
            return;
        database.Execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
        try
        {
            database.Execute("ALTER TABLE ledger ADD COLUMN crc INTEGER; ALTER TABLE ledger ADD COLUMN chain BLOB");
            database.Execute(CursorTable.Schema);
            SealAll(database);
            database.Execute($"PRAGMA user_version = {StoreFile.Version}; COMMIT");
        }
        catch (StoreException)
        {
            database.Undo();
            throw;
        }
    }

    /// <summary>Entries of schema 1 had no seal: what is there now is sealed as it is.</summary>
    private static void SealAll(Database database)
    {
        using var rows = database.Prepare("SELECT at_ms, kind, body, seq FROM ledger WHERE seq > ?1 ORDER BY seq LIMIT 1");
        using var seal = database.Prepare("UPDATE ledger SET crc = ?2, chain = ?3 WHERE seq = ?1");
        var chain = new byte[16];
        LedgerHead head = default;
        while (rows.Bind(1, head.Sequence).Step())
        {
            var (entry, sequence) = (new LedgerDraft((LedgerKind)rows.Long(1), new Instant(rows.Long(0)), rows.Blob(2)), rows.Long(3));
            rows.Rewind();
            var made = LedgerChain.Seal(head.Chain, sequence, entry);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(chain, made.Chain);
            seal.Bind(1, sequence).Bind(2, (long)made.Crc).Bind(3, chain).Run();
            head = new(sequence, made.Chain);
        }

        rows.Rewind();
    }
}
