using System.Runtime.InteropServices;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>Looks at the socket that the library opened and reads from: whether something came, and how much (poll(2), FIONREAD of tcp(7)).</summary>
internal static partial class SocketWatch
{
    private const short In = 1, Out = 4;
    private const nuint BytesWaiting = 0x541B; // FIONREAD
    private const int SolSocket = 1, PendingError = 4, ReceiveBuffer = 8;

    /// <summary>Waits until something comes, or until there is room for what waits to go; false when nothing did.</summary>
    /// <param name="wakes">Another descriptor that ends the wait when something comes there; −1 = none.</param>
    public static bool Wait(int socket, bool wantsToWrite, int milliseconds, int wakes = -1)
    {
        Span<Entry> entries = [new() { Descriptor = socket, Events = wantsToWrite ? (short)(In | Out) : In }, new() { Descriptor = wakes, Events = In }];
        return Poll(ref entries[0], 2, milliseconds) > 0 && (entries[0].Returned & ~Out) != 0;
    }

    /// <summary>Whether something can be written at once.</summary>
    public static bool HasRoom(int socket)
    {
        Span<Entry> entries = [new() { Descriptor = socket, Events = Out }];
        return Poll(ref entries[0], 1, 0) > 0 && entries[0].Returned == Out;
    }

    /// <summary>Whether something can be read at once, or the other side has closed.</summary>
    public static bool HasInput(int descriptor) => Wait(descriptor, false, 0);

    /// <summary>From now on this process gets no more private memory than this, bytes: then the library is told that there is none (setrlimit(2), RLIMIT_DATA).</summary>
    public static void BoundMemory(long bytes)
    {
        const int data = 2;
        Span<ulong> limit = [(ulong)bytes, (ulong)bytes];
        _ = SetLimit(data, ref limit[0]);
    }

    /// <summary>Bytes that have come and were not read yet.</summary>
    public static int Waiting(int socket)
    {
        var count = 0;
        return Ioctl(socket, BytesWaiting, ref count) == 0 ? count : 0;
    }

    /// <summary>Waits until the kernel has connected, or knows that it cannot; false while it does not know.</summary>
    /// <param name="error">The errno of a connect that failed; reading it clears it (SO_ERROR of socket(7)).</param>
    public static bool Reaches(int socket, int milliseconds, int wakes, out int error)
    {
        error = 0;
        Span<Entry> entries = [new() { Descriptor = socket, Events = Out }, new() { Descriptor = wakes, Events = In }];
        if (Poll(ref entries[0], 2, milliseconds) <= 0 || entries[0].Returned == 0)
            return false;
        var length = (uint)sizeof(int);
        _ = Get(socket, SolSocket, PendingError, ref error, ref length);
        return true;
    }

    /// <summary>Bounds what the kernel holds for us: the library reads until nothing is left, and a broker that lies about lengths must not keep it there.</summary>
    public static void Narrow(int socket, int bytes) => _ = Set(socket, SolSocket, ReceiveBuffer, ref bytes, sizeof(int));

    /// <summary>Holds back what does not fill a segment, or lets it go (TCP_CORK of tcp(7)): many small messages become few segments.</summary>
    public static void Cork(int socket, bool isHeld)
    {
        const int tcp = 6, cork = 3;
        var value = isHeld ? 1 : 0;
        _ = Set(socket, tcp, cork, ref value, sizeof(int));
    }

    /// <summary>struct pollfd, poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref Entry entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ref ulong softAndHard);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int socket, nuint request, ref int value);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int Get(int socket, int level, int option, ref int value, ref uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int Set(int socket, int level, int option, ref int value, uint length);
}
