using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>What the kernel and the time service say of the wall clock.</summary>
public static partial class KernelClock
{
    /// <summary>Made by systemd-timesyncd when it has set the clock (systemd-timesyncd.service(8)); chrony and ntpd only tell the kernel.</summary>
    private const string Flag = "/run/systemd/timesync/synchronized";

    private const int TimexBytes = 208;
    private const int StatusAt = 40;
    private const int Unsynchronised = 0x40; // STA_UNSYNC
    private const int TimeError = 5;

    /// <summary>True when a time service keeps the clock; false as well where neither file nor kernel tells (adjtimex(2) may be forbidden).</summary>
    public static bool IsSynchronised
    {
        get
        {
            if (File.Exists(Flag))
                return true;
            if (IntPtr.Size != 8)
                return false; // struct timex lies otherwise there
            Span<byte> timex = stackalloc byte[TimexBytes];
            timex.Clear(); // no modes: it only reads
            var state = Adjust(ref timex[0]);
            return state is >= 0 and not TimeError && (BinaryPrimitives.ReadInt32LittleEndian(timex[StatusAt..]) & Unsynchronised) == 0;
        }
    }

    /// <summary>Whether a battery-backed clock carries the time over a power cut.</summary>
    public static bool HasRealTimeClock => Directory.Exists("/sys/class/rtc/rtc0");

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int Adjust(ref byte timex);
}
