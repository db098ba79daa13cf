using System.Globalization;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>What a process did to a directory's files, in order: writes, syncs, names made and taken away, and its acknowledgements in between.</summary>
internal enum DiskAct
{
    Create,
    Write,
    Truncate,
    Sync,
    Unlink,
    Acknowledge,
}

/// <summary>One system call on a file, by its name in the directory; <paramref name="At"/> is an offset, a length or the acknowledged number.</summary>
internal sealed record DiskOperation(DiskAct Act, string File, long At, byte[] Data);

/// <summary>Reads the notes of strace (-f -y -xx) on a process that keeps a store.</summary>
internal static class DiskTrace
{
    /// <summary>The name of the directory itself.</summary>
    public const string Folder = ".";

    private const string Calls = "open,openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,fallocate,pwritev";

    /// <summary>Arguments that make strace note what is read here; no write of SQLite or ours is longer than the limit.</summary>
    public static string[] Noting(string file) => ["-y", "-xx", "-s", "140000", "-e", $"trace={Calls}", "-e", "signal=none", "-o", file];

    public static List<DiskOperation> Read(string file, string folder)
    {
        var operations = new List<DiskOperation>();
        var begun = new Dictionary<string, string>();
        foreach (var line in File.ReadLines(file))
        {
            var pid = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            var call = line[pid.Length..].TrimStart();
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                begun[pid] = call[..^"<unfinished ...>".Length];
                continue;
            }

            if (call.StartsWith("<... ", StringComparison.Ordinal))
                call = (begun.Remove(pid, out var start) ? start : "") + call[(call.IndexOf("resumed>", StringComparison.Ordinal) + "resumed>".Length)..];
            if (Parse(call, folder) is { } operation)
                operations.Add(operation);
        }

        return operations;
    }

    private static DiskOperation? Parse(string call, string folder)
    {
        var (open, close) = (call.IndexOf('(', StringComparison.Ordinal), call.LastIndexOf(") = ", StringComparison.Ordinal));
        if (open < 0 || close < 0 || call[close + 4] is '-' or '?')
            return null;
        var (name, arguments, result) = (call[..open], call[(open + 1)..close], call[(close + 4)..]);
        if (name == "write" && arguments.StartsWith("1<", StringComparison.Ordinal))
            return new(DiskAct.Acknowledge, "", long.Parse(Bytes(arguments), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture), []);
        var path = name is "open" or "openat" ? Bracketed(result) : name.StartsWith("unlink", StringComparison.Ordinal) ? Quoted(arguments) : Bracketed(arguments);
        var isFolder = path == folder;
        if (!isFolder && !(path.StartsWith(folder + "/", StringComparison.Ordinal) && IsKept(Path.GetFileName(path))))
            return null;
        path = isFolder ? Folder : Path.GetFileName(path);
        return name switch
        {
            "open" or "openat" => arguments.Contains("O_CREAT", StringComparison.Ordinal) ? new(DiskAct.Create, path, 0, []) : null,
            "pwrite64" => Write(path, arguments, result),
            "ftruncate" => new(DiskAct.Truncate, path, Last(arguments), []),
            "fsync" or "fdatasync" => new(DiskAct.Sync, path, 0, []),
            "unlink" or "unlinkat" => new(DiskAct.Unlink, path, 0, []),
            _ => throw new NotSupportedException($"{name} on {path} is not modelled"),
        };
    }

    /// <summary>The index of a log (-shm) and the owner's lock are made anew after a power cut.</summary>
    private static bool IsKept(string name) => !name.EndsWith("-shm", StringComparison.Ordinal) && !name.EndsWith(".lock", StringComparison.Ordinal);

    private static DiskOperation Write(string path, string arguments, string result)
    {
        var data = Convert.FromHexString(arguments.Split('"')[1].Replace("\\x", "", StringComparison.Ordinal));
        if (data.Length != long.Parse(result, CultureInfo.InvariantCulture))
            throw new InvalidDataException($"{data.Length} bytes noted of a write of {result}");
        return new(DiskAct.Write, path, Last(arguments), data);
    }

    private static long Last(string arguments) => long.Parse(arguments[(arguments.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);

    private static string Bytes(string arguments) => Unescaped(arguments.Split('"')[1]);

    private static string Quoted(string arguments) => Unescaped(arguments.Split('"')[1]);

    private static string Bracketed(string text)
    {
        var from = text.IndexOf('<', StringComparison.Ordinal) + 1;
        var to = from == 0 ? -1 : text.IndexOf('>', from);
        return to < 0 ? "" : Unescaped(text[from..to]);
    }

    private static string Unescaped(string hex) =>
        hex.StartsWith("\\x", StringComparison.Ordinal) ? System.Text.Encoding.UTF8.GetString(Convert.FromHexString(hex.Replace("\\x", "", StringComparison.Ordinal))) : hex;
}
