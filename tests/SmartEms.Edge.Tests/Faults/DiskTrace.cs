using System.Globalization;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>What a process did to a directory's files, in order: writes, syncs, names made and taken away, and its words in between.</summary>
internal enum DiskAct
{
    Create,
    Write,
    Truncate,
    Sync,
    Rename,
    Unlink,
    Acknowledge,
    End,
}

/// <summary>One system call on a file, by its name in the directory; <paramref name="At"/> is an offset, a length or the acknowledged number,
/// <paramref name="To"/> a new name.</summary>
internal sealed record DiskOperation(DiskAct Act, string File, long At, byte[] Data, string To = "");

/// <summary>Reads the notes of strace (-f -y -xx) on a process that keeps a store, line by line.</summary>
internal sealed class DiskTrace
{
    /// <summary>The name of the directory itself.</summary>
    public const string Folder = ".";

    private const string Calls = "open,openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,unlinkat,link,linkat,rename,renameat,renameat2,fallocate,pwritev";

    /// <summary>strace with arguments that make it note what is read here, among the child's errors; no write of SQLite or ours is longer than the limit.</summary>
    public static string[] Noting => ["strace", "-f", "-qq", "--seccomp-bpf", "-y", "-xx", "-s", "140000", "-e", $"trace={Calls}", "-e", "signal=none"];

    private readonly Dictionary<string, string> begun = [];

    /// <summary>The store's directory; calls on files elsewhere are passed over.</summary>
    public string Directory { get; set; } = "";

    /// <summary>What a line tells, or null.</summary>
    public DiskOperation? Read(string line)
    {
        // A process's number and the call; without a number while there is only one thread.
        var call = line.StartsWith("[pid ", StringComparison.Ordinal) ? line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..] : line;
        var pid = line[..^call.Length];
        if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
        {
            begun[pid] = call[..^"<unfinished ...>".Length];
            return null;
        }

        if (call.StartsWith("<... ", StringComparison.Ordinal))
            call = (begun.Remove(pid, out var start) ? start : "") + call[(call.IndexOf("resumed>", StringComparison.Ordinal) + "resumed>".Length)..];
        return Parse(call);
    }

    private DiskOperation? Parse(string call)
    {
        if (call.StartsWith("+++", StringComparison.Ordinal) || call.StartsWith("strace: ", StringComparison.Ordinal))
            return null;
        // Short and resumed calls are padded before the sign.
        var equals = call.LastIndexOf(" = ", StringComparison.Ordinal);
        var (open, close) = (call.IndexOf('(', StringComparison.Ordinal), equals < 0 ? -1 : call.LastIndexOf(')', equals));
        if (open < 0 || close < open)
            throw new InvalidDataException($"this is no system call: {call}"); // a lost write would look like lost data
        var (name, arguments, result) = (call[..open], call[(open + 1)..close].TrimEnd(), call[(equals + 3)..]);
        if (result[0] is '-' or '?')
            return null;
        if (name == "write" && Bracketed(arguments).StartsWith("pipe:", StringComparison.Ordinal))
            return Words(Quoted(arguments));
        var path = name is "open" or "openat" ? Bracketed(result) : name is "unlink" or "unlinkat" or "rename" ? Quoted(arguments) : Bracketed(arguments);
        if (path == Directory)
            return name is "fsync" or "fdatasync" ? new(DiskAct.Sync, Folder, 0, []) : null;
        if (!path.StartsWith(Directory + "/", StringComparison.Ordinal) || Path.GetFileName(path) is not { } file || !IsKept(file))
            return null;
        return name switch
        {
            "open" or "openat" => arguments.Contains("O_TRUNC", StringComparison.Ordinal) ? throw new NotSupportedException($"O_TRUNC on {path} is not modelled")
                : arguments.Contains("O_CREAT", StringComparison.Ordinal) ? new(DiskAct.Create, file, 0, []) : null,
            "pwrite64" => Write(file, arguments, result),
            "ftruncate" => new(DiskAct.Truncate, file, Last(arguments), []),
            "fsync" or "fdatasync" => new(DiskAct.Sync, file, 0, []),
            "unlink" or "unlinkat" => new(DiskAct.Unlink, file, 0, []),
            "rename" => new(DiskAct.Rename, file, 0, [], Path.GetFileName(Unescaped(arguments.Split('"')[3]))),
            _ => throw new NotSupportedException($"{name} on {path} is not modelled"),
        };
    }

    /// <summary>What the child says (its output has another number than 1 by then); other pipes carry single bytes of the runtime.</summary>
    private static DiskOperation? Words(string written) =>
        written == "end\n" ? new(DiskAct.End, "", 0, [])
        : written.EndsWith('\n') && long.TryParse(written.AsSpan(0, written.Length - 1), CultureInfo.InvariantCulture, out var number) ? new(DiskAct.Acknowledge, "", number, [])
        : null;

    /// <summary>The index of a log (-shm) and the owner's lock are made anew after a power cut; what was unlinked while open is gone.</summary>
    private static bool IsKept(string name) =>
        !name.EndsWith("-shm", StringComparison.Ordinal) && !name.EndsWith(".lock", StringComparison.Ordinal) && !name.EndsWith("(deleted)", StringComparison.Ordinal);

    private static DiskOperation Write(string file, string arguments, string result)
    {
        var data = Convert.FromHexString(arguments.Split('"')[1].Replace("\\x", "", StringComparison.Ordinal));
        if (data.Length != long.Parse(result, CultureInfo.InvariantCulture))
            throw new InvalidDataException($"{data.Length} bytes noted of a write of {result}");
        return new(DiskAct.Write, file, Last(arguments), data);
    }

    private static long Last(string arguments) => long.Parse(arguments[(arguments.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);

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
