namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Makes a store's tables and sets its connection up.</summary>
internal static class StoreSchema
{
    // FULL syncs the log before a commit returns; NORMAL leaves that to the next FULL commit or checkpoint. The limit is the log's size in bytes.
    public const string Durable = "PRAGMA synchronous = FULL";
    public const string Lazy = "PRAGMA synchronous = NORMAL";
    private const string Settings = "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 16777216; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF";

    /// <summary>Makes the schema as one transaction of the rollback journal: with the log, our mark could stand in the log alone
    /// while the file itself looked like a stranger's.</summary>
    public static void Make(Database database)
    {
        database.Execute(Durable);
        database.Execute("BEGIN IMMEDIATE");
        database.Execute(LedgerTable.Schema);
        database.Execute(TextTable.Schema);
        database.Execute(CursorTable.Schema);
        database.Execute($"PRAGMA application_id = {StoreFile.ApplicationId}; PRAGMA user_version = {StoreFile.Version}");
        database.Execute("COMMIT");
    }

    public static void Prepare(Database database)
    {
        var mode = database.Text("PRAGMA journal_mode = WAL");
        if (mode != "wal")
            throw StoreException.About(database.Path, $"cannot keep a write-ahead log (journal mode {mode})", "put the store on a local file system (ext4, f2fs, btrfs), not on a network share");
        database.KeepLog();
        database.Execute(Settings);
        Migration.Run(database);
    }
}
