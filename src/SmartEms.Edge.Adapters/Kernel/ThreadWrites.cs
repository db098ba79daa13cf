using System.Globalization;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>What the calling thread alone has sent to storage since it began, bytes: <c>write_bytes</c> of /proc/thread-self/io (proc(5)).</summary>
public static class ThreadWrites
{
    private const string Key = "write_bytes: ";

    /// <summary>0 where the kernel does not tell.</summary>
    public static long Bytes()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/thread-self/io"))
                if (line.StartsWith(Key, StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(Key.Length), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a kernel without task I/O accounting, or a sandbox that hides it
        }
        return 0;
    }
}
