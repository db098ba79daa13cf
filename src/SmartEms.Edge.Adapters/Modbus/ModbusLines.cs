using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Hands out the one shared line per place, because a serial bus has one queue and many gateways serve a single client only.</summary>
public sealed class ModbusLines(TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _sync = new();
    private readonly Dictionary<string, Shared> _lines = [];

    /// <summary>Leases the line to this place; timeouts and gaps are the lease's own. Throws <see cref="ArgumentException"/> if others hold it as another wire.</summary>
    public ModbusLease Lease(LineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (_sync)
        {
            if (!_lines.TryGetValue(settings.Place, out Shared? shared))
                _lines.Add(settings.Place, shared = new Shared(new ModbusMaster(settings, time)));
            else if (settings.Differs(shared.Master.Settings) is { } other)
                throw new ArgumentException($"{settings} is in use with {other}; one line has one way of speaking.", nameof(settings));
            shared.Leases++;
            shared.Master.Admit(settings);
            return new ModbusLease(this, shared.Master, settings);
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

    internal ValueTask ReturnAsync(ModbusMaster master)
    {
        string key = master.Settings.Place;
        lock (_sync)
        {
            // Another line may be under this key by now if all were closed in between.
            if (!_lines.TryGetValue(key, out Shared? shared) || shared.Master != master || --shared.Leases > 0)
                return default;
            _lines.Remove(key);
        }

        return master.DisposeAsync();
    }

    private sealed class Shared(ModbusMaster master)
    {
        public ModbusMaster Master { get; } = master;
        public int Leases { get; set; }
    }
}

/// <summary>One holder's share of a line, with its own timeout and gap; the last one to dispose closes the line.</summary>
public sealed class ModbusLease : IRegisterBus
{
    private readonly ModbusLines _lines;
    private readonly Patience _patience;
    private bool _returned;

    internal ModbusLease(ModbusLines lines, ModbusMaster master, LineSettings settings)
    {
        _lines = lines;
        Master = master;
        _patience = Patience.Of(settings);
    }

    /// <summary>The shared line, for its health, its trace and its settings. Do not dispose it.</summary>
    public ModbusMaster Master { get; }

    public string? Fault => Master.Fault;

    public long Steps => Master.Steps;

    public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_returned, this);
        return Master.ReadAsync(span, into, _patience, stop);
    }

    public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_returned, this);
        return Master.WriteAsync(span, values, function, _patience, stop);
    }

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _returned, true) ? default : _lines.ReturnAsync(Master);
}
