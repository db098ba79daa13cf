using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Where telemetry that cannot be used is put and kept: FILE.damaged-1, -2 …, with its log.</summary>
internal static class TelemetryQuarantine
{
    /// <summary>Up to this size the whole file is checked at start; in a larger one damage shows when it is written to or read.</summary>
    private const int CheckedAtStart = 8 << 20;
    private const int Corrupt = 11;

    private static readonly string[] Parts = ["", "-wal", "-shm", "-journal"];

    /// <summary>Why the file of a store that has lived here must be given up unopened, or null. SQLite would throw the log of an empty database away.</summary>
    public static string? Loss(string store, string path)
    {
        if (File.Exists(path) && new FileInfo(path).Length > 0)
            return null;
        var log = new FileInfo(path + "-wal");
        var lived = HighWater.Exists(store) || (log.Exists && log.Length > 0) || File.Exists($"{path}.damaged-1");
        return !lived ? null : File.Exists(path) ? "it is empty" : "it is gone";
    }

    /// <summary>Looks for damage before anything is written.</summary>
    /// <exception cref="StoreException">It is damaged.</exception>
    public static void Refuse(Database database)
    {
        var isSmall = database.Long("PRAGMA page_count") * database.Long("PRAGMA page_size") <= CheckedAtStart;
        var words = isSmall ? database.Text("PRAGMA integrity_check(1)") : "ok";
        if (database.IsReadOnly)
            words = "its header forbids writing";
        if (words != "ok")
            throw StoreException.Native(database.Path, "its check", Corrupt, words);
        // Points are numbered 1, 2, 3 … and never dropped. A number that a flipped bit made enormous would be given room for all below it.
        if (database.Long("SELECT count(name) FROM points") != database.Long("SELECT max(id) FROM points"))
            throw StoreException.Native(database.Path, "its check", Corrupt, "its points are not numbered without gaps");
        using var tables = new TelemetryTables(database);
        if (isSmall && !(tables.Minutes.IsInOrder(database) && tables.Quarters.IsInOrder(database)))
            throw StoreException.Native(database.Path, "its check", Corrupt, "its roll-ups do not lie where they belong");
    }

    /// <summary>Moves what is there aside. Gives the path it is kept under, or null when there is nothing, and the moment up to which it was written.</summary>
    public static (string? Kept, Instant Until) Put(string store, string path)
    {
        if (Move(path) is not { } kept)
            kept = Newest(path);
        var last = kept ?? store;
        return (kept, Instant.From(File.GetLastWriteTimeUtc(last)));
    }

    /// <summary>Moves a closed file with its log aside under the next free number; null when neither is there.</summary>
    public static string? Move(string path)
    {
        if (!File.Exists(path) && !File.Exists(path + "-wal"))
            return null;
        var to = $"{path}.damaged-{Count(path) + 1}";
        foreach (var part in Parts)
            if (File.Exists(path + part))
                File.Move(path + part, to + part);
        if (!File.Exists(to))
            File.WriteAllBytes(to, []); // so that the number is taken
        Descriptor.SyncDirectory(Path.GetDirectoryName(path)!);
        return to;
    }

    private static string? Newest(string path) => Count(path) is > 0 and var count ? $"{path}.damaged-{count}" : null;

    private static int Count(string path)
    {
        var count = 0;
        while (File.Exists($"{path}.damaged-{count + 1}"))
            count++;
        return count;
    }
}
