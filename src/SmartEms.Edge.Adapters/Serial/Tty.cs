using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Adapters.Serial;

/// <summary>The kernel's terminal interface as far as a serial line needs it (open(2), ioctl_tty(2), poll(2)). Numbers are those of x86-64 and arm64.</summary>
internal static partial class Tty
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int IoError = 5;
    public const int NoDevice = 6;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int NotThere = 19;
    public const int InvalidArgument = 22;
    public const int NotATerminal = 25;

    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    private const uint GetAttributes = 0x802C542A; // TCGETS2: any rate, not only those with a name
    private const uint SetAttributes = 0x402C542B; // TCSETS2
    private const uint Flush = 0x540B; // TCFLSH
    private const uint TakeExclusive = 0x540C; // TIOCEXCL
    private const uint GiveExclusive = 0x540D; // TIOCNXCL
    private const uint IsExclusive = 0x80045440; // TIOCGEXCL
    private const uint SetRs485 = 0x542F; // TIOCSRS485
    private const uint LockPty = 0x40045431; // TIOCSPTLCK
    private const uint PtyNumber = 0x80045430; // TIOCGPTN
    private const nint FlushBoth = 2;

    private const short Readable = 0x1;
    private const short Writable = 0x4;

    /// <summary>Opens a terminal without becoming its session's and without waiting for a carrier; an errno instead of a handle when it fails.</summary>
    public static (SafeFileHandle? Tty, int Error) Open(string path)
    {
        var error = Device.Open(path, out var tty, NoControllingTerminal | NonBlocking);
        if (error == 0)
            return (tty, 0);
        tty.Dispose();
        return (null, error);
    }

    /// <summary>Something to end a <see cref="WaitForInput"/> with.</summary>
    public static SafeFileHandle NewSignal()
    {
        var signal = EventFd(0, NonBlocking | CloseOnExec);
        return signal.IsInvalid ? throw new IOException($"no event descriptor: {Marshal.GetLastPInvokeErrorMessage()}") : signal;
    }

    public static void Raise(SafeFileHandle signal)
    {
        var one = BitConverter.GetBytes(1UL);
        Write(signal, ref one[0], 8);
    }

    /// <summary>Raw characters at this rate and form. 0 or an errno; the terminal may have taken a part only.</summary>
    public static int Configure(SafeFileHandle tty, SerialSettings settings)
    {
        // struct termios2: four flag words, the line discipline, 19 control characters, two speeds.
        Span<uint> words = stackalloc uint[11];
        var bytes = MemoryMarshal.AsBytes(words);
        if (Device.Control(tty, GetAttributes, bytes) is var failed and not 0)
            return failed;
        const uint anyRate = 0x1000, eightBits = 0x30, receive = 0x80, noModem = 0x800, twoStops = 0x40, parity = 0x100, odd = 0x200, checkParity = 0x10;
        words[0] = settings.Parity == SerialParity.None ? 0 : checkParity;
        words[1] = 0;
        words[2] = anyRate | eightBits | receive | noModem
            | (settings.StopBits == 2 ? twoStops : 0)
            | (settings.Parity == SerialParity.None ? 0 : parity)
            | (settings.Parity == SerialParity.Odd ? odd : 0);
        words[3] = 0;
        const int controlCharacters = 17, timer = 5, least = 6;
        bytes[controlCharacters + timer] = 0;
        bytes[controlCharacters + least] = 1;
        words[9] = words[10] = (uint)settings.Baud;
        return Device.Control(tty, SetAttributes, bytes);
    }

    /// <summary>The rate the driver really took; 0 when it does not say.</summary>
    public static int BaudOf(SafeFileHandle tty)
    {
        Span<uint> words = stackalloc uint[11];
        return Device.Control(tty, GetAttributes, MemoryMarshal.AsBytes(words)) == 0 ? (int)words[10] : 0;
    }

    /// <summary>Takes the port for this process alone. 0, or <see cref="Busy"/> when somebody has done so already (root is told too).</summary>
    public static int Claim(SafeFileHandle tty)
    {
        Span<byte> held = stackalloc byte[sizeof(int)];
        held.Clear();
        return Device.Control(tty, IsExclusive, held) == 0 && held.ContainsAnyExcept((byte)0) ? Busy : Device.Control(tty, TakeExclusive, 0);
    }

    public static void Unclaim(SafeFileHandle tty) => Device.Control(tty, GiveExclusive, 0);

    /// <summary>Direction by RTS while sending. 0 or an errno: <see cref="NotATerminal"/> when the driver cannot.</summary>
    public static int SwitchRs485On(SafeFileHandle tty)
    {
        // struct serial_rs485: flags (enabled, RTS on while sending), two delays, padding.
        Span<uint> words = stackalloc uint[8];
        words.Clear();
        words[0] = 0x3;
        return Device.Control(tty, SetRs485, MemoryMarshal.AsBytes(words));
    }

    public static void Discard(SafeFileHandle tty) => Device.Control(tty, Flush, FlushBoth);

    /// <summary>Blocks until the terminal has something to read or has ended; false when the signal came.</summary>
    public static bool WaitForInput(SafeFileHandle tty, SafeFileHandle signal)
    {
        Span<Device.PollEntry> entries = [Entry(tty, Readable), Entry(signal, Readable)];
        while (Device.Wait(entries, -1) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
            // a signal that is not ours
        }
        return entries[1].Returned == 0;
    }

    /// <summary>Blocks until the terminal takes bytes again, at most so long.</summary>
    public static void WaitForRoom(SafeFileHandle tty, int mostMs) => Device.Wait([Entry(tty, Writable)], mostMs);

    /// <summary>Bytes read; 0 at the end; minus an errno otherwise.</summary>
    public static int Read(SafeFileHandle tty, Span<byte> into) => Device.Read(tty, into, out var count) is var error and not 0 ? -error : count;

    /// <summary>Bytes taken, or minus an errno.</summary>
    public static int Write(SafeFileHandle tty, ReadOnlySpan<byte> bytes)
    {
        var taken = (int)Write(tty, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
        return taken < 0 ? -Marshal.GetLastPInvokeError() : taken;
    }

    /// <summary>Unlocks the other end of a pseudo-terminal and says where it is.</summary>
    public static string UnlockPty(SafeFileHandle near)
    {
        Span<int> number = [0];
        if (Device.Control(near, LockPty, MemoryMarshal.AsBytes(number)) != 0 || Device.Control(near, PtyNumber, MemoryMarshal.AsBytes(number)) != 0)
            throw new IOException($"/dev/ptmx gives no pseudo-terminal: {Marshal.GetLastPInvokeErrorMessage()}. Remedy: mount devpts on /dev/pts.");
        return $"/dev/pts/{number[0]}";
    }

    private static Device.PollEntry Entry(SafeFileHandle of, short wanted) => new() { Descriptor = (int)of.DangerousGetHandle(), Events = wanted };

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial SafeFileHandle EventFd(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle tty, ref readonly byte bytes, nuint count);
}
