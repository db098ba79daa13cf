namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Makes the telemetry file's tables, sets its connection up, and knows the file by its header.</summary>
internal static class TelemetrySchema
{
    /// <summary>Our mark in the header: "SmTe".</summary>
    private const int ApplicationId = 0x536D5465;
    private const int Version = 1;

    /// <summary>SQLite's code for a file that is no database: to telemetry's owner, what is not ours is as good as damaged.</summary>
    private const int NotOurs = 26;

    // A batch of 10 s dirties whole pages, in the log and again in the file: the smaller, the less a card wears. The log is copied after
    // every few closed groups (TelemetryAppender); the limit of 16 MB only stands in for a reader who holds that up.
    public const int PageSize = 1024;
    public const string Synced = "PRAGMA synchronous = FULL";
    public const string Unsynced = "PRAGMA synchronous = NORMAL";
    private const string Settings = $"{Synced}; PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 16777216; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF";

    public static void Make(Database database)
    {
        database.Execute($"PRAGMA page_size = {PageSize}");
        database.Execute(Synced);
        database.Execute("BEGIN IMMEDIATE");
        database.Execute(TelemetryTables.Schema);
        database.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}");
        database.Execute("COMMIT");
    }

    /// <summary>Sets the owner's connection up.</summary>
    public static void Prepare(Database database)
    {
        if (database.Text("PRAGMA journal_mode = WAL") != "wal")
            throw StoreException.About(database.Path, "cannot keep a write-ahead log", "put the store on a local file system (ext4, f2fs, btrfs), not on a network share");
        database.KeepLog();
        database.Execute(Settings);
    }

    public static void Judge(string path, long applicationId, long version)
    {
        if (applicationId != ApplicationId)
            throw StoreException.About(path, $"belongs to another program (application id 0x{applicationId:X8}, ours is 0x{ApplicationId:X8})", "move the file away", NotOurs);
        if (version > Version)
            throw StoreException.About(path, $"was written by a newer smartems (schema {version}, this program knows up to {Version})", "install that version again, or move the file away to begin telemetry anew", NotOurs);
    }
}
