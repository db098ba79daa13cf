using System.Runtime.InteropServices;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>The system's time, whose timestamps also count while the machine sleeps (CLOCK_BOOTTIME of clock_gettime(2)): a reading from before a suspend is
/// as old as it is, and a lease ends when it should.</summary>
public sealed partial class BootTime : TimeProvider
{
    private const int ClockBootTime = 7;

    public override long TimestampFrequency => 1_000_000_000;

    /// <summary>Nanoseconds since the machine started.</summary>
    public override long GetTimestamp() => Read(ClockBootTime, out var now) == 0 ? (now.Seconds * 1_000_000_000) + now.Nanoseconds : throw new InvalidOperationException("The kernel has no CLOCK_BOOTTIME.");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, out Moment now);

    /// <summary>struct timespec of a 64-bit system.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Moment
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
