namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Bytes to and from one device or bus, opened and closed many times; used by one caller at a time.</summary>
/// <remarks>The field's faults come as <see cref="System.Net.Sockets.SocketException"/> or <see cref="IOException"/>, whose message is for people.</remarks>
public abstract class ByteLink : IDisposable
{
    public abstract bool IsOpen { get; }

    /// <summary>Bytes at hand; −1 when the other end has closed.</summary>
    public abstract int Pending { get; }

    public abstract ValueTask OpenAsync(CancellationToken limit);

    /// <summary>Hands over all bytes.</summary>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken limit);

    /// <summary>At least one byte; 0 when the other end has closed.</summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken limit);

    /// <summary>May be opened again.</summary>
    public abstract void Close();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Close();
}
