using Microsoft.Win32.SafeHandles;

namespace SmartEms.Edge.Adapters.Serial;

/// <summary>One open serial port, for one caller at a time. A thread of its own waits for bytes, so that no thread of the pool blocks on a silent bus.</summary>
public sealed class SerialPort : IDisposable
{
    private const int Capacity = 4_096;
    private const int StackBytes = 128 * 1024;
    private const int RoomMs = 10;

    private readonly SafeFileHandle _tty;
    private readonly SafeFileHandle _signal = Tty.NewSignal();
    private readonly Thread _reader;
    private readonly Lock _sync = new();
    private readonly byte[] _ring = new byte[Capacity];
    private int _first;
    private int _count;
    private string? _end;
    private TaskCompletionSource? _waiting;

    internal SerialPort(SafeFileHandle tty, string device)
    {
        _tty = tty;
        _reader = new Thread(Read, StackBytes) { IsBackground = true, Name = $"serial {device}" };
        _reader.Start();
    }

    /// <summary>Bytes that have arrived and were not taken; −1 once the port has ended.</summary>
    public int Pending
    {
        get
        {
            lock (_sync)
                return _count == 0 && _end is not null ? -1 : _count;
        }
    }

    /// <summary>Opens and configures a port for this process alone.</summary>
    /// <exception cref="SerialPortException">It cannot be had; the message says what, where, and the remedy.</exception>
    public static SerialPort Open(SerialSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var (tty, error) = Tty.Open(settings.Device);
        if (tty is null)
            throw SerialPortException.NotOpened(settings, error);
        try
        {
            if ((error = Tty.Claim(tty)) != 0)
                throw SerialPortException.NotOpened(settings, error);
            if ((error = Tty.Configure(tty, settings)) != 0)
                throw SerialPortException.NotConfigured(settings, error);
            // A driver rounds to what its clock can divide; more than 3 % off is another rate to the device.
            var taken = Tty.BaudOf(tty);
            if (Math.Abs(taken - settings.Baud) > settings.Baud * 0.03)
                throw SerialPortException.NoSuchRate(settings, taken);
            if (settings.Rs485 && (error = Tty.SwitchRs485On(tty)) != 0)
                throw SerialPortException.NoRs485(settings, error);
            Tty.Discard(tty);
            return new SerialPort(tty, settings.Device);
        }
        catch (SerialPortException refused)
        {
            if (!refused.IsBusy)
                Tty.Unclaim(tty);
            tty.Dispose();
            throw;
        }
    }

    /// <summary>Hands all bytes to the kernel. <see cref="IOException"/> when the port has ended.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        while (!bytes.IsEmpty)
        {
            stop.ThrowIfCancellationRequested();
            var taken = Tty.Write(_tty, bytes.Span);
            if (taken >= 0)
                bytes = bytes[taken..];
            else if (-taken is Tty.TryAgain or Tty.Interrupted)
                Tty.WaitForRoom(_tty, RoomMs); // a frame fits the kernel's buffer; only a stuck driver gets here
            else
                throw new IOException(Ended(-taken));
        }
        return default;
    }

    /// <summary>At least one byte, or 0 once the port has ended (unplugged, hung up).</summary>
    public async ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken stop)
    {
        while (true)
        {
            Task arrival;
            lock (_sync)
            {
                if (_count > 0)
                    return Take(into.Span);
                if (_end is not null)
                    return 0;
                _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arrival = _waiting.Task;
            }
            await arrival.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Throws away what has arrived, and says how much it was.</summary>
    public int Discard()
    {
        lock (_sync)
        {
            var count = _count;
            _first = _count = 0;
            return count;
        }
    }

    public void Dispose()
    {
        if (_tty.IsClosed)
            return;
        Tty.Raise(_signal);
        _reader.Join();
        Tty.Unclaim(_tty);
        _tty.Dispose();
        _signal.Dispose();
        End("port closed");
    }

    private void Read()
    {
        Span<byte> chunk = stackalloc byte[256];
        while (Tty.WaitForInput(_tty, _signal))
        {
            var got = Tty.Read(_tty, chunk);
            if (got > 0)
                Keep(chunk[..got]);
            else if (got == 0 || -got is not (Tty.TryAgain or Tty.Interrupted))
            {
                End(Ended(-got));
                return;
            }
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource? waiting;
        lock (_sync)
        {
            // So much at once is no answer to anything: the oldest make room.
            if (_count + bytes.Length > Capacity)
                _first = _count = 0;
            foreach (var value in bytes)
                _ring[(_first + _count++) % Capacity] = value;
            (waiting, _waiting) = (_waiting, null);
        }
        waiting?.TrySetResult();
    }

    private int Take(Span<byte> into)
    {
        var take = Math.Min(into.Length, _count);
        for (var i = 0; i < take; i++)
            into[i] = _ring[(_first + i) % Capacity];
        _first = (_first + take) % Capacity;
        _count -= take;
        return take;
    }

    private void End(string why)
    {
        TaskCompletionSource? waiting;
        lock (_sync)
        {
            _end ??= why;
            (waiting, _waiting) = (_waiting, null);
        }
        waiting?.TrySetResult();
    }

    private static string Ended(int error) => error is 0 or Tty.IoError ? "the port has ended (adapter unplugged?)" : SerialPortException.Words(error);
}
