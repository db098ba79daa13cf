using System.Buffers.Binary;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>What a file says of itself in its first 100 bytes (sqlite.org/fileformat.html §1.3), read before SQLite may touch it:
/// a file that is not our store must stay as it is, down to its rollback journal.</summary>
internal static class StoreFile
{
    /// <summary>Our mark in the header: "SmEd" (Smart Edge).</summary>
    public const int ApplicationId = 0x536D4564;

    /// <summary>The schema this program writes.</summary>
    public const int Version = 2;

    public const int HeaderBytes = 100;
    private const int VersionAt = 60;
    private const int ApplicationAt = 68;

    /// <summary>The absolute path with the last link followed, as SQLite does, so that one store has one name.</summary>
    /// <exception cref="StoreException">The directory does not exist, or the path is one.</exception>
    public static string Locate(string path)
    {
        var full = Path.GetFullPath(path);
        if (new FileInfo(full).LinkTarget is not null)
            full = FinalTarget(full);
        if (Directory.Exists(full))
            throw StoreException.About(full, "cannot be opened: this is a directory", "name a file in it, for example smartems.db");
        var directory = Path.GetDirectoryName(full);
        if (!Directory.Exists(directory))
            throw StoreException.About(full, $"cannot be opened: the directory {directory} does not exist", $"create it (install -d -o smartems {directory}) or name another path");
        return full;
    }

    /// <summary>True when there is a store of ours, false when one is to be made; anything else is refused.
    /// Only for a path this process has not open: closing any descriptor drops the process's POSIX locks on the file.</summary>
    /// <exception cref="StoreException">The file is not our store, too new, unreadable, or gone while its log remains.</exception>
    public static bool Exists(string path)
    {
        var header = Header(path);
        if (header.Length == 0)
        {
            RefuseOrphanedLog(path);
            return false;
        }

        // Power lost while the store was made can leave zeros; the journal beside them takes them back.
        if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0 && File.Exists(path + "-journal"))
            return false;
        if (header.Length < HeaderBytes || !header.AsSpan().StartsWith("SQLite format 3\0"u8))
            throw NotADatabase(path);
        Judge(path, BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(ApplicationAt)), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(VersionAt)));
        return true;
    }

    /// <exception cref="StoreException">The numbers are not those of a store this program can use.</exception>
    public static void Judge(string path, long applicationId, long version)
    {
        if (applicationId != ApplicationId)
            throw StoreException.About(path, $"belongs to another program (application id 0x{applicationId:X8}, ours is 0x{ApplicationId:X8}); it was not touched", "name another path for the store, or move the file away");
        if (version > Version)
            throw StoreException.About(path, $"was written by a newer smartems (schema {version}, this program knows up to {Version}); it was not touched", "install that version again, or restore the backup made before the upgrade");
        if (version < 1)
            throw StoreException.About(path, $"has an unknown schema ({version}); it was not touched", "restore a backup, or move the file away to begin a new store");
    }

    /// <summary>Schemas beyond this are no newer program's but a damaged header.</summary>
    private const int MostVersion = 1000;

    /// <summary>What is wrong with the file of a store that has lived here, in words; null when it may be opened or made.
    /// The same conditions hold as for <see cref="Exists"/>.</summary>
    /// <exception cref="StoreException">The file is somebody else's, too new, or unreadable.</exception>
    public static string? Damage(string path)
    {
        var lived = HighWater.Exists(path);
        var header = Header(path);
        if (header.Length == 0)
        {
            var log = new FileInfo(path + "-wal");
            if (!lived && Quarantine.Newest(path) is null && !(log.Exists && log.Length > 0))
                return null;
            return File.Exists(path) ? "it is empty" : "it is gone";
        }

        var isSqlite = header.Length == HeaderBytes && header.AsSpan().StartsWith("SQLite format 3\0"u8);
        var version = isSqlite ? BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(VersionAt)) : 0;
        var isOurs = isSqlite && BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(ApplicationAt)) == ApplicationId;
        // With another number here SQLite opens the file and then refuses to write it.
        var isWritable = isSqlite && header[18] is 1 or 2 && header[19] == header[18];
        var isMarked = isOurs && isWritable && version is >= 1 and <= MostVersion && (version <= Version || HighWater.Schema(path) != Version);
        if (lived && (!isSqlite || (!isMarked && HoldsLedger(path))))
            return "its header is damaged";
        Exists(path);
        return null;
    }

    /// <summary>Gives a copy a header that SQLite accepts: our fixed values, and the number of pages that are really there.</summary>
    public static void Mend(string copy)
    {
        const int page = 4096;
        using var file = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
        var header = new byte[HeaderBytes];
        "SQLite format 3\0"u8.CopyTo(header);
        BinaryPrimitives.WriteInt16BigEndian(header.AsSpan(16), page);
        new byte[] { 1, 1, 0, 64, 32, 32 }.CopyTo(header, 18);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(24), RandomAccess.GetLength(file) / page);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(44), 4);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(56), 1);
        RandomAccess.Write(file, header, 0);
    }

    /// <summary>Our tables are told in words in the first pages, where SQLite keeps the schema.</summary>
    private static bool HoldsLedger(string path)
    {
        using var file = File.OpenHandle(path);
        var start = new byte[65_536];
        return start.AsSpan(0, RandomAccess.Read(file, start, 0)).IndexOf("CREATE TABLE ledger(seq INTEGER PRIMARY KEY"u8) >= 0;
    }

    private static string FinalTarget(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreException.About(link, $"is a link that cannot be followed: {e.Message.TrimEnd('.')}", "name the file itself");
        }
    }

    private static StoreException NotADatabase(string path) =>
        StoreException.About(path, "is no SQLite database; it was not touched", "name another path for the store; if this was the store, restore a backup or move it away to begin a new one");

    private static byte[] Header(string path)
    {
        if (!File.Exists(path))
            return [];
        try
        {
            using var file = File.OpenHandle(path);
            var header = new byte[HeaderBytes];
            return header[..RandomAccess.Read(file, header, 0)];
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw StoreException.About(path, $"cannot be read: {e.Message.TrimEnd('.')}", "give the user smartems the right to read and write it (chown smartems: FILE)");
        }
    }

    /// <summary>SQLite would delete a log whose database is empty, and with it the last entries.</summary>
    private static void RefuseOrphanedLog(string path)
    {
        var log = path + "-wal";
        if (File.Exists(log) && new FileInfo(log).Length > 0)
            throw StoreException.About(path, $"is gone or empty, yet its log {log} holds data; nothing was touched", "put the database file back beside its log, or move the log away to begin a new store");
    }
}
