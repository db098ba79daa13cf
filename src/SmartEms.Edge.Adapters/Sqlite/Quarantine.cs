using System.Globalization;
using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Where damaged files are put and kept: FILE.quarantine-UTC, with the log and the index of the log beside it.</summary>
internal static class Quarantine
{
    private static readonly string[] Parts = ["-wal", "-shm", "-journal"];

    /// <summary>The end of a quarantined file's name.</summary>
    public static string Suffix(TimeProvider time) => ".quarantine-" + time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The newest quarantined store, or null.</summary>
    public static string? Newest(string file)
    {
        string? newest = null;
        foreach (var one in Directory.EnumerateFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + ".quarantine-*Z"))
            newest = string.CompareOrdinal(one, newest) > 0 ? one : newest;
        return newest;
    }

    /// <summary>Moves a store aside, with its log. A move that was interrupted is completed by calling this again with the name it gave.</summary>
    public static void Put(string file, string to)
    {
        if (File.Exists(file))
            File.Move(file, to);
        else if (!File.Exists(to))
            File.WriteAllBytes(to, []);
        foreach (var part in Parts)
            if (File.Exists(file + part) && !File.Exists(to + part))
                File.Move(file + part, to + part);
        Descriptor.SyncDirectory(Path.GetDirectoryName(file)!);
    }
}
