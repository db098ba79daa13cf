using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>Owner, group and rights of a file: the class library shows and sets rights only.</summary>
public static partial class Ownership
{
    private const int Here = -100; // AT_FDCWD
    private const uint Basic = 0x7FF; // STATX_BASIC_STATS
    private const int NotPermitted = 1; // EPERM

    // struct statx, statx(2): the same on every architecture.
    private const int StatxBytes = 256, Uid = 20, Gid = 24, Mode = 28;
    private const uint RightsBits = 0xFFF;

    /// <summary>Gives an open file what another one has.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not give a file away like that.</exception>
    /// <exception cref="IOException">The other one cannot be looked at, or this one cannot be changed.</exception>
    public static void Copy(string from, SafeFileHandle to)
    {
        Span<byte> there = stackalloc byte[StatxBytes];
        if (Statx(Here, from, 0, Basic, there) != 0)
            throw new IOException($"{from} cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}.");
        var (uid, gid, mode) = (BinaryPrimitives.ReadUInt32LittleEndian(there[Uid..]), BinaryPrimitives.ReadUInt32LittleEndian(there[Gid..]), BinaryPrimitives.ReadUInt16LittleEndian(there[Mode..]));
        if (ChangeOwner(to, uid, gid) != 0)
            throw Refused(from);
        if (ChangeMode(to, mode & RightsBits) != 0)
            throw Refused(from);
    }

    private static Exception Refused(string from)
    {
        var (errno, words) = (Marshal.GetLastPInvokeError(), Marshal.GetLastPInvokeErrorMessage());
        return errno == NotPermitted
            ? new UnauthorizedAccessException($"owner and rights of {from} may not be given to another file: {words}.")
            : new IOException($"owner and rights of {from} cannot be given to another file: {words}.");
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> into);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(SafeFileHandle file, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(SafeFileHandle file, uint mode);
}
