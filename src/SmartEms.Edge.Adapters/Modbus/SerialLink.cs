using SmartEms.Edge.Adapters.Serial;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A serial port as a link: opened by its settings, or an open one lent for a while (the far end of a pseudo-terminal).</summary>
public sealed class SerialLink : ByteLink
{
    private readonly SerialSettings? _settings;
    private readonly SerialPort? _lent;
    private SerialPort? _port;

    public SerialLink(SerialSettings settings) => _settings = settings;

    /// <summary>Closing gives the port back open.</summary>
    public SerialLink(SerialPort lent) => _lent = lent;

    public override bool IsOpen => _port is not null;

    public override int Pending => _port!.Pending;

    public override ValueTask OpenAsync(CancellationToken limit)
    {
        _port = _lent ?? SerialPort.Open(_settings!);
        return default;
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken limit) => _port!.SendAsync(bytes, limit);

    public override ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken limit) => _port!.ReceiveAsync(into, limit);

    public override void Close()
    {
        if (_lent is null)
            _port?.Dispose();
        _port = null;
    }
}
