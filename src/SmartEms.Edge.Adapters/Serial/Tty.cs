using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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

    private const int ReadWrite = 0x2;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    private const nuint GetAttributes = 0x802C542A; // TCGETS2: any rate, not only those with a name
    private const nuint SetAttributes = 0x402C542B; // TCSETS2
    private const nuint Flush = 0x540B; // TCFLSH
    private const nuint TakeExclusive = 0x540C; // TIOCEXCL
    private const nuint GiveExclusive = 0x540D; // TIOCNXCL
    private const nuint IsExclusive = 0x80045440; // TIOCGEXCL
    private const nuint SetRs485 = 0x542F; // TIOCSRS485
    private const nuint LockPty = 0x40045431; // TIOCSPTLCK
    private const nuint PtyNumber = 0x80045430; // TIOCGPTN
    private const uint FlushBoth = 2;

    private const short Readable = 0x1;
    private const short Writable = 0x4;

    /// <summary>Opens a terminal without becoming its session's and without waiting for a carrier; an errno instead of a handle when it fails.</summary>
    public static (SafeFileHandle? Tty, int Error) Open(string path)
    {
        var tty = Open(path, ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec);
        if (!tty.IsInvalid)
            return (tty, 0);
        var error = Marshal.GetLastPInvokeError();
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
        if (Control(tty, GetAttributes, ref words[0]) != 0)
            return Marshal.GetLastPInvokeError();
        const uint anyRate = 0x1000, eightBits = 0x30, receive = 0x80, noModem = 0x800, twoStops = 0x40, parity = 0x100, odd = 0x200, checkParity = 0x10;
        words[0] = settings.Parity == SerialParity.None ? 0 : checkParity;
        words[1] = 0;
        words[2] = anyRate | eightBits | receive | noModem
            | (settings.StopBits == 2 ? twoStops : 0)
            | (settings.Parity == SerialParity.None ? 0 : parity)
            | (settings.Parity == SerialParity.Odd ? odd : 0);
        words[3] = 0;
        var bytes = MemoryMarshal.AsBytes(words);
        const int controlCharacters = 17, timer = 5, least = 6;
        bytes[controlCharacters + timer] = 0;
        bytes[controlCharacters + least] = 1;
        words[9] = words[10] = (uint)settings.Baud;
        return Control(tty, SetAttributes, ref words[0]) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>The rate the driver really took; 0 when it does not say.</summary>
    public static int BaudOf(SafeFileHandle tty)
    {
        Span<uint> words = stackalloc uint[11];
        return Control(tty, GetAttributes, ref words[0]) == 0 ? (int)words[10] : 0;
    }

    /// <summary>Takes the port for this process alone. 0, or <see cref="Busy"/> when somebody has done so already (root is told too).</summary>
    public static int Claim(SafeFileHandle tty)
    {
        uint held = 0, unused = 0;
        if (Control(tty, IsExclusive, ref held) == 0 && held != 0)
            return Busy;
        return Control(tty, TakeExclusive, ref unused) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    public static void Unclaim(SafeFileHandle tty)
    {
        uint unused = 0;
        Control(tty, GiveExclusive, ref unused);
    }

    /// <summary>Direction by RTS while sending. 0 or an errno: <see cref="NotATerminal"/> when the driver cannot.</summary>
    public static int SwitchRs485On(SafeFileHandle tty)
    {
        // struct serial_rs485: flags (enabled, RTS on while sending), two delays, padding.
        Span<uint> words = stackalloc uint[8];
        words.Clear();
        words[0] = 0x3;
        return Control(tty, SetRs485, ref words[0]) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    public static void Discard(SafeFileHandle tty) => ControlByValue(tty, Flush, FlushBoth);

    /// <summary>Blocks until the terminal has something to read or has ended; false when the signal came.</summary>
    public static bool WaitForInput(SafeFileHandle tty, SafeFileHandle signal)
    {
        Span<PollEntry> entries = [new((int)tty.DangerousGetHandle(), Readable), new((int)signal.DangerousGetHandle(), Readable)];
        while (Poll(ref entries[0], 2, -1) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
            // a signal that is not ours
        }
        return entries[1].Seen == 0;
    }

    /// <summary>Blocks until the terminal takes bytes again, at most so long.</summary>
    public static void WaitForRoom(SafeFileHandle tty, int mostMs)
    {
        var entry = new PollEntry((int)tty.DangerousGetHandle(), Writable);
        Poll(ref entry, 1, mostMs);
    }

    /// <summary>Bytes read; 0 at the end; minus an errno otherwise.</summary>
    public static int Read(SafeFileHandle tty, Span<byte> into)
    {
        var got = (int)Read(tty, ref MemoryMarshal.GetReference(into), (nuint)into.Length);
        return got < 0 ? -Marshal.GetLastPInvokeError() : got;
    }

    /// <summary>Bytes taken, or minus an errno.</summary>
    public static int Write(SafeFileHandle tty, ReadOnlySpan<byte> bytes)
    {
        var taken = (int)Write(tty, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
        return taken < 0 ? -Marshal.GetLastPInvokeError() : taken;
    }

    /// <summary>Unlocks the other end of a pseudo-terminal and says where it is.</summary>
    public static string UnlockPty(SafeFileHandle near)
    {
        uint unlocked = 0, number = 0;
        if (Control(near, LockPty, ref unlocked) != 0 || Control(near, PtyNumber, ref number) != 0)
            throw new IOException($"/dev/ptmx gives no pseudo-terminal: {Marshal.GetLastPInvokeErrorMessage()}. Remedy: mount devpts on /dev/pts.");
        return $"/dev/pts/{number}";
    }

    /// <summary>struct pollfd.</summary>
    private readonly struct PollEntry(int descriptor, short wanted)
    {
        public readonly int Descriptor = descriptor;
        public readonly short Wanted = wanted;
        public readonly short Seen = 0;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial SafeFileHandle EventFd(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle tty, nuint request, ref uint argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlByValue(SafeFileHandle tty, nuint request, nuint argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entries, nuint count, int mostMs);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle tty, ref byte into, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle tty, ref readonly byte bytes, nuint count);
}
