using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>Two things the class library does not do with files: open a directory to make its names durable, and open without taking an advisory lock.</summary>
internal static partial class Descriptor
{
    private const int ReadOnly = 0;

    // The same value on x86-64 and arm64; O_DIRECTORY differs between the two, so it is not used.
    private const int CloseOnExec = 0x80000;

    /// <summary>Opens a file or directory for reading, with no lock.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        var handle = Open(path, ReadOnly | CloseOnExec);
        if (!handle.IsInvalid)
            return handle;
        handle.Dispose();
        throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Makes the names in a directory durable, as fsync(2) on it does.</summary>
    /// <exception cref="IOException">The directory cannot be opened or synced.</exception>
    public static void SyncDirectory(string path)
    {
        using var handle = Open(path);
        if (Sync(handle) != 0)
            throw new IOException($"The directory {path} cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
