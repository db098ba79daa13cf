namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The store cannot do what it was asked; the message says what, where, and the remedy.</summary>
/// <param name="code">SQLite's extended result code (sqlite.org/rescode.html), or 0 when the trouble was seen before SQLite was asked.</param>
public sealed class StoreException(string message, int code = 0) : IOException(message)
{
    /// <summary>SQLite's extended result code, or 0.</summary>
    public int Code { get; } = code;

    /// <summary>The content is damaged: corrupt, no database, cut short, or without its tables.</summary>
    public bool IsDamage => (Code & 0xFF) is 1 or 11 or 26 || Code == 522;

    /// <summary>The disk or what lies on it is to blame (input/output error, full, damage), not how the program was set up.</summary>
    public bool IsOfDisk => IsDamage || (Code & 0xFF) is 10 or 13 || Code == ReadOnlyDisk;

    /// <summary>Ours among SQLite's codes for "read only": the whole file system is, as a kernel leaves it after errors of the card.</summary>
    internal const int ReadOnlyDisk = 8 | (200 << 8);

    /// <summary>One form for every complaint about a store.</summary>
    internal static StoreException About(string path, string what, string remedy, int code = 0) =>
        new($"The store {path} {what}. Remedy: {remedy}.", code);

    /// <summary>A failure of SQLite with its own words and code, and the remedy for its kind.</summary>
    internal static StoreException Native(string path, string doing, int code, string message) =>
        About(path, $"failed {doing}: {message} (SQLite {code & 0xFF}/{code})", Remedy((code & 0xFF) == 10 && IsFull(path) ? 13 : code & 0xFF), code);

    /// <summary>SQLite says "input/output error" for a file it cannot make larger, too.</summary>
    private static bool IsFull(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/").AvailableFreeSpace < 256 * 1024;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    // The primary result codes of sqlite.org/rescode.html.
    private static string Remedy(int primary) => primary switch
    {
        5 or 6 => "close the other program that uses this file (a backup, the sqlite3 shell) and try again",
        8 => "give the user smartems the right to write the file and its directory, and check that the file system is not mounted read-only",
        10 => "check the disk or card (dmesg, smartctl) and replace it if it fails",
        11 => "the file is damaged or was cut short: keep a copy of it with its -wal file, then restore a backup or move both away to begin a new store",
        13 => "free space on this file system",
        14 => "check that the directory exists and that this user may read and write it",
        26 => "this file is no SQLite database: name another path for the store, or move the file away",
        _ => "keep a copy of the file with its -wal file and report this message",
    };
}
