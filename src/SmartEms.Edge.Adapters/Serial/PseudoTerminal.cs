using Microsoft.Win32.SafeHandles;

namespace SmartEms.Edge.Adapters.Serial;

/// <summary>A serial line without hardware: a device file others may open as a serial port, and its far end as a port of ours. For simulated devices and tests.</summary>
public sealed class PseudoTerminal : IDisposable
{
    private readonly SafeFileHandle _held;

    private PseudoTerminal(string path, SafeFileHandle held, SerialPort far) => (Path, _held, Far) = (path, held, far);

    /// <summary>The device file to open as a serial port.</summary>
    public string Path { get; }

    /// <summary>The other end of the line.</summary>
    public SerialPort Far { get; }

    /// <summary>Makes a pair. <see cref="IOException"/> when the system has no pseudo-terminals.</summary>
    public static PseudoTerminal Open()
    {
        var (near, error) = Tty.Open("/dev/ptmx");
        if (near is null)
            throw new IOException($"/dev/ptmx cannot be opened: {SerialPortException.Words(error)}. Remedy: mount devpts on /dev/pts.");
        var path = Tty.UnlockPty(near);
        // Held open, because the far end sees a hang-up whenever nobody has the device file open.
        (var held, error) = Tty.Open(path);
        if (held is null || (error = Tty.Configure(held, new(path))) != 0)
        {
            held?.Dispose();
            near.Dispose();
            throw new IOException($"{path} cannot be opened: {SerialPortException.Words(error)}. Remedy: check the rights on /dev/pts.");
        }
        return new(path, held, new(near, path));
    }

    public void Dispose()
    {
        Far.Dispose();
        _held.Dispose();
    }
}
