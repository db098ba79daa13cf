using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>Character devices of the kernel: open, ioctl, poll and read. Calls give the errno, 0 when all went well; nothing throws.</summary>
internal static partial class Device
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4;
    private const short PollIn = 1;

    /// <summary>Opens for reading and writing, with further flags of open(2).</summary>
    public static int Open(string path, out SafeFileHandle handle, int flags = 0)
    {
        handle = Open(path, ReadWrite | CloseOnExec | flags);
        return handle.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>One ioctl whose argument is a structure; the kernel may change it.</summary>
    public static int Control(SafeFileHandle device, uint request, Span<byte> argument)
    {
        while (Ioctl(device, request, argument) < 0)
            if (Marshal.GetLastPInvokeError() is var errno && errno != Interrupted)
                return errno;
        return 0;
    }

    /// <summary>One ioctl whose argument is a number.</summary>
    public static int Control(SafeFileHandle device, uint request, nint argument)
    {
        while (Ioctl(device, request, argument) < 0)
            if (Marshal.GetLastPInvokeError() is var errno && errno != Interrupted)
                return errno;
        return 0;
    }

    /// <summary>True when something can be read within <paramref name="milliseconds"/>, also when the device is gone.</summary>
    public static bool IsReadable(SafeFileHandle device, int milliseconds)
    {
        var (number, isHeld) = (0, false);
        try
        {
            device.DangerousAddRef(ref isHeld);
            number = (int)device.DangerousGetHandle();
            return Wait([new() { Descriptor = number, Events = PollIn }], milliseconds) > 0;
        }
        finally
        {
            if (isHeld)
                device.DangerousRelease();
        }
    }

    /// <summary>How many of the entries are ready within <paramref name="milliseconds"/> (−1 = however long it takes); negative when a signal came.</summary>
    public static int Wait(Span<PollEntry> entries, int milliseconds) => Poll(entries, (nuint)entries.Length, milliseconds);

    /// <summary>Reads what is there; <paramref name="count"/> bytes came.</summary>
    public static int Read(SafeFileHandle device, Span<byte> into, out int count)
    {
        nint got;
        while ((got = Read(device, into, (nuint)into.Length)) < 0)
            if (Marshal.GetLastPInvokeError() is var errno && errno != Interrupted)
            {
                count = 0;
                return errno;
            }
        count = (int)got;
        return 0;
    }

    /// <summary>What the C library says of an errno.</summary>
    public static string Words(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>struct pollfd, poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle device, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle device, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Span<PollEntry> entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle device, Span<byte> into, nuint count);
}
