using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>A store that lives as long as the program does, for simulation and tests; it keeps every promise of the seam but durability.</summary>
public sealed class MemoryStore : IStore
{
    private readonly Lock _gate = new();
    private readonly List<LedgerEntry> _ledger = [];
    private readonly List<TelemetryPoint> _points = [];
    private readonly Dictionary<(string Name, string Unit), int> _numbers = [];
    private readonly Dictionary<int, SortedDictionary<Instant, TelemetrySample>> _telemetry = [];
    private readonly Dictionary<string, string> _texts = [];
    private bool _disposed;

    public long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            _ledger.Add(new LedgerEntry(_ledger.Count + 1, at, kind, body.ToArray()));
            return _ledger.Count;
        }
    }

    /// <exception cref="ArgumentException">A sample's point was never numbered; nothing is stored.</exception>
    public void Append(ReadOnlySpan<TelemetrySample> samples)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            foreach (ref readonly var sample in samples)
                if (sample.Point < 1 || sample.Point > _points.Count)
                    throw new ArgumentException($"There is no telemetry point {sample.Point}.", nameof(samples));
            foreach (ref readonly var sample in samples)
                _telemetry[sample.Point][sample.At] = sample;
        }
    }

    /// <summary>The number of a point, made when new. The same name with another unit is another point.</summary>
    public int PointNumber(string name, string unit)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (_numbers.TryGetValue((name, unit), out var known))
                return known;
            var number = _points.Count + 1;
            _points.Add(new TelemetryPoint(number, name, unit));
            _telemetry[number] = [];
            return _numbers[(name, unit)] = number;
        }
    }

    public LedgerEntry? Last(LedgerKind kind)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            var at = _ledger.FindLastIndex(e => e.Kind == kind);
            return at < 0 ? null : Copy(_ledger[at]);
        }
    }

    /// <summary>Entries appended while reading may show.</summary>
    public IEnumerable<LedgerEntry> Read(LedgerKind kind, Instant from, Instant to)
    {
        for (var next = 0; Next(kind, from, to, ref next) is { } entry;)
            yield return entry;
    }

    /// <summary>Samples of a point with from ≤ At &lt; to, in time order.</summary>
    public IEnumerable<TelemetrySample> ReadTelemetry(int point, Instant from, Instant to)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _telemetry.TryGetValue(point, out var samples) ? [.. samples.Values.Where(s => s.At >= from && s.At < to)] : [];
        }
    }

    /// <summary>Every telemetry point by its number.</summary>
    public IReadOnlyList<TelemetryPoint> Points()
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return [.. _points];
        }
    }

    public void KeepText(string hash, string text)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            _texts.TryAdd(hash, text);
        }
    }

    public string? Text(string hash)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _texts.GetValueOrDefault(hash);
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
    }

    private LedgerEntry? Next(LedgerKind kind, Instant from, Instant to, ref int next)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            while (next < _ledger.Count)
            {
                var entry = _ledger[next++];
                if (entry.Kind == kind && entry.At >= from && entry.At < to)
                    return Copy(entry);
            }

            return null;
        }
    }

    // Whoever gets a body may change its own copy, never the ledger.
    private static LedgerEntry Copy(LedgerEntry entry) => entry with { Body = [.. entry.Body] };

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
