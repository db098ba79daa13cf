using System.Globalization;
using System.Text;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Bench;

/// <summary>Meters on loopback, each on a port of its own, whose float registers change with every second; they note when each was read.</summary>
internal sealed class PolledDevices : IAsyncDisposable
{
    private readonly FloatTable[] _tables;
    private readonly ModbusTcpSlave[] _slaves;

    public PolledDevices(int devices, int points)
    {
        Points = points;
        _tables = new FloatTable[devices];
        _slaves = new ModbusTcpSlave[devices];
        for (var d = 0; d < devices; d++)
        {
            _tables[d] = new FloatTable(points * 2);
            _slaves[d] = ModbusTcpSlave.Start(ModbusTcpSlaveSettings.Loopback(), _tables[d], TimeProvider.System);
        }
    }

    public int Points { get; }
    public int Count => _slaves.Length;

    public int PortOf(int device) => _slaves[device].BoundPort;

    /// <summary>Values read by clients so far: two registers each.</summary>
    public long Samples => _tables.Sum(t => t.Samples);

    /// <summary>From one read of a device's first value to the next, ms: how old it was when it was replaced. Forgotten with the call.</summary>
    public List<double> TakeAges() => [.. _tables.SelectMany(t => t.TakeAges())];

    /// <summary>A profile of these devices, and a site file with all of them.</summary>
    public (string Profile, string Site) Files()
    {
        var profile = new StringBuilder($$"""
            profile: bench-floats
            title: Meter of the poll bench
            source: "made for the bench"
            confidence: A
            layout: fixed
            link: {timeout_ms: 1000, max_read: 120}
            defaults: {space: holding, type: f32, words: ABCD, priority: high, max_age_ms: 5000}
            points:
              - {name: p0, address: 0, unit: W, measure: grid_import, meaning: "the first value"}

            """);
        for (var p = 1; p < Points; p++)
            profile.Append(CultureInfo.InvariantCulture, $"  - {{name: p{p}, address: {p * 2}, unit: W, meaning: \"value {p}\"}}\n");
        var site = new StringBuilder("""
            version: 1
            site: {id: bench, name: "Poll bench"}
            pcc: {meter: d0, import_max_w: 40000, export_max_w: 40000, fuse_a: 63}
            devices:

            """);
        for (var d = 0; d < Count; d++)
            site.Append(CultureInfo.InvariantCulture, $"  - {{name: d{d}, profile: bench-floats, connect: \"tcp://127.0.0.1:{PortOf(d)}\", unit: 1}}\n");
        return (profile.ToString(), site.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slave in _slaves)
            await slave.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class FloatTable(int registers) : IRegisterTable
    {
        private readonly Lock _gate = new();
        private readonly List<double> _ages = [];
        private long _lastRead;
        private long _samples;

        public long Samples => Interlocked.Read(ref _samples);

        public byte Read(RegisterSpan span, Span<ushort> into)
        {
            if (span.Address + span.Count > registers)
                return 2;
            var second = TimeProvider.System.GetTimestamp() / TimeProvider.System.TimestampFrequency;
            for (var i = 0; i < span.Count; i++)
            {
                var register = span.Address + i;
                var bits = BitConverter.SingleToUInt32Bits((register / 2 * 10) + (second % 100 * 0.5f));
                into[i] = (ushort)(register % 2 == 0 ? bits >> 16 : bits & 0xFFFF);
            }

            Interlocked.Add(ref _samples, span.Count / 2);
            if (span.Address == 0)
                Note();
            return 0;
        }

        public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function) => 1;

        public List<double> TakeAges()
        {
            lock (_gate)
            {
                List<double> all = [.. _ages];
                _ages.Clear();
                return all;
            }
        }

        private void Note()
        {
            var now = TimeProvider.System.GetTimestamp();
            lock (_gate)
            {
                if (_lastRead != 0)
                    _ages.Add(TimeProvider.System.GetElapsedTime(_lastRead, now).TotalMilliseconds);
                _lastRead = now;
            }
        }
    }
}
