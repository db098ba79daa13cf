using System.Globalization;

namespace SmartEms.Edge.Bench;

/// <summary>A folder for a bench's files, gone with the bench; SMARTEMS_BENCH_DIR names the disk to measure on, else the temporary one.</summary>
internal sealed class BenchFolder : IDisposable
{
    private readonly string _path = Directory.CreateDirectory(Path.Combine(
        Environment.GetEnvironmentVariable("SMARTEMS_BENCH_DIR") ?? Path.GetTempPath(), "smartems-bench-" + Path.GetRandomFileName())).FullName;

    public string File(string name) => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}

/// <summary>What the kernel says of this process (proc(5)).</summary>
internal static class KernelCount
{
    /// <summary>Bytes this process caused to be sent to a disk, in whole pages of the page cache.</summary>
    public static long WrittenBytes() =>
        long.Parse(System.IO.File.ReadLines("/proc/self/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal)).AsSpan(12), CultureInfo.InvariantCulture);
}
