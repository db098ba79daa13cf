using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Hands out the one shared connection per host and port, because many gateways serve a single client only.</summary>
public sealed class ModbusLines(TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _sync = new();
    private readonly Dictionary<(string Host, int Port), Shared> _lines = [];

    /// <summary>Leases the line to this host and port. Throws <see cref="ArgumentException"/> if others hold it with other settings: one line has one patience.</summary>
    public ModbusLease Lease(ModbusTcpSettings settings)
    {
        lock (_sync)
        {
            if (!_lines.TryGetValue((settings.Host, settings.Port), out Shared? shared))
                _lines.Add((settings.Host, settings.Port), shared = new Shared(new ModbusTcpMaster(settings, time)));
            else if (shared.Master.Settings != settings)
                throw new ArgumentException($"{settings} is in use with other timeouts or gaps; devices behind one host and port share them.", nameof(settings));
            shared.Leases++;
            return new ModbusLease(this, shared.Master);
        }
    }

    /// <summary>Closes every line, leased or not.</summary>
    public async ValueTask DisposeAsync()
    {
        Shared[] open;
        lock (_sync)
        {
            open = [.. _lines.Values];
            _lines.Clear();
        }

        foreach (Shared shared in open)
            await shared.Master.DisposeAsync().ConfigureAwait(false);
    }

    internal ValueTask ReturnAsync(ModbusTcpMaster master)
    {
        (string, int) key = (master.Settings.Host, master.Settings.Port);
        lock (_sync)
        {
            // Another line may be under this key by now if all were closed in between.
            if (!_lines.TryGetValue(key, out Shared? shared) || shared.Master != master || --shared.Leases > 0)
                return default;
            _lines.Remove(key);
        }

        return master.DisposeAsync();
    }

    private sealed class Shared(ModbusTcpMaster master)
    {
        public ModbusTcpMaster Master { get; } = master;
        public int Leases { get; set; }
    }
}

/// <summary>One holder's share of a line; the last one to dispose closes the connection.</summary>
public sealed class ModbusLease : IRegisterBus
{
    private readonly ModbusLines _lines;
    private bool _returned;

    internal ModbusLease(ModbusLines lines, ModbusTcpMaster master)
    {
        _lines = lines;
        Master = master;
    }

    /// <summary>The shared line, for its health and settings. Do not dispose it.</summary>
    public ModbusTcpMaster Master { get; }

    public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_returned, this);
        return Master.ReadAsync(span, into, stop);
    }

    public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_returned, this);
        return Master.WriteAsync(span, values, function, stop);
    }

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _returned, true) ? default : _lines.ReturnAsync(Master);
}
