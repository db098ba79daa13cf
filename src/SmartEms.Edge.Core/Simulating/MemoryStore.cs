using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>A store that lives as long as the program does, for simulation and tests; it keeps every promise of the seam but durability.</summary>
/// <param name="mostEntries">The oldest ledger entries beyond this are forgotten.</param>
/// <param name="mostSamples">The same for the samples of each point.</param>
public sealed class MemoryStore(int mostEntries = int.MaxValue, int mostSamples = int.MaxValue) : IStore, ILedger, ITelemetryReader
{
    private readonly Lock _gate = new();
    private readonly List<LedgerEntry> _ledger = [];
    private readonly List<TelemetryPoint> _points = [];
    private readonly Dictionary<(string Name, string Unit), int> _numbers = [];
    private readonly Dictionary<int, SortedDictionary<Instant, TelemetrySample>> _telemetry = [];
    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<string, CursorPlace> _cursors = [];
    private LedgerHead _head;
    private readonly List<TelemetryGap> _gaps = [];
    private bool _disposed;

    public LedgerHead Head
    {
        get
        {
            lock (_gate)
            {
                ThrowIfDisposed();
                return _head;
            }
        }
    }

    public long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return Add(new(kind, at, body.ToArray()));
        }
    }

    public long AppendAll(ReadOnlySpan<LedgerDraft> entries)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            foreach (ref readonly var entry in entries)
                Add(entry with { Body = entry.Body.ToArray() });
            return _head.Sequence;
        }
    }

    public IReadOnlyList<LedgerEntry> After(long sequence, int most)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            var from = _ledger.Count == 0 ? 0 : Math.Clamp(sequence + 1 - _ledger[0].Sequence, 0, _ledger.Count);
            var page = new List<LedgerEntry>();
            for (var at = (int)from; at < _ledger.Count && page.Count < most; at++)
                page.Add(Copy(_ledger[at]));
            return page;
        }
    }

    public CursorPlace? Cursor(string name)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _cursors.TryGetValue(name, out var place) ? place : null;
        }
    }

    public void Keep(string name, CursorPlace place)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            _cursors[name] = place;
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
                Keep(_telemetry[sample.Point], sample);
        }
    }

    public void Rebase(ClockStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.DoubtedSince is not { } since)
            return;
        lock (_gate)
        {
            ThrowIfDisposed();
            foreach (var samples in _telemetry.Values)
            {
                var moved = Between(samples.Values, since, new(step.Expected.UnixMilliseconds + 1));
                foreach (var sample in moved)
                    samples.Remove(sample.At);
                foreach (var sample in moved)
                    samples[sample.At + step.By] = sample with { At = sample.At + step.By };
            }
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
        for (var after = 0L; Next(kind, from, to, ref after) is { } entry;)
            yield return entry;
    }

    /// <summary>Samples of a point with from ≤ At &lt; to, in time order.</summary>
    public IEnumerable<TelemetrySample> ReadTelemetry(int point, Instant from, Instant to)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _telemetry.TryGetValue(point, out var samples) ? Between(samples.Values, from, to) : [];
        }
    }

    /// <summary>Rows of a tier, rolled up as they are asked for; a stretch counts by its start.</summary>
    public IEnumerable<TelemetryRow> Read(int point, TelemetryTier tier, Instant from, Instant to)
    {
        if (tier == TelemetryTier.Raw)
        {
            foreach (var s in ReadTelemetry(point, from, to))
                yield return new TelemetryRow(s.At, s.Value, s.Value, s.Value, s.Value, s.Trust, 1);
            yield break;
        }
        var minutes = Rollup.Minutes(ReadTelemetry(point, new Instant(long.MinValue), new Instant(long.MaxValue)));
        foreach (var row in Rollup.Coarser(minutes, Rollup.StepMs(tier)))
            if (row.At >= from && row.At < to)
                yield return row;
    }

    private static List<TelemetrySample> Between(IEnumerable<TelemetrySample> all, Instant from, Instant to)
    {
        // loops, no LINQ: every value type that LINQ sees costs the native binary a tenth of a megabyte
        var between = new List<TelemetrySample>();
        foreach (var sample in all)
            if (sample.At >= from && sample.At < to)
                between.Add(sample);
        return between;
    }

    /// <summary>Records that telemetry is missing.</summary>
    public void Note(TelemetryGap gap)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            _gaps.Add(gap);
        }
    }

    public IReadOnlyList<TelemetryGap> Gaps(Instant from, Instant to)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return [.. _gaps.Where(g => g.From < to && g.To > from)];
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

    private long Add(in LedgerDraft draft)
    {
        var number = _head.Sequence + 1;
        var seal = LedgerChain.Seal(_head.Chain, number, draft);
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(draft.Body, out var body);
        _ledger.Add(new LedgerEntry(number, draft.At, draft.Kind, body.Array!) { Seal = seal });
        if (_ledger.Count > mostEntries)
            _ledger.RemoveRange(0, (_ledger.Count / 10) + 1);
        _head = new(number, seal.Chain);
        return number;
    }

    private void Keep(SortedDictionary<Instant, TelemetrySample> samples, in TelemetrySample sample)
    {
        samples[sample.At] = sample;
        if (samples.Count > mostSamples)
        {
            using var oldest = samples.GetEnumerator();
            if (oldest.MoveNext())
                samples.Remove(oldest.Current.Key);
        }
    }

    private LedgerEntry? Next(LedgerKind kind, Instant from, Instant to, ref long after)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (_ledger.Count == 0)
                return null;
            for (var at = (int)Math.Max(0, after + 1 - _ledger[0].Sequence); at < _ledger.Count; at++)
            {
                var entry = _ledger[at];
                after = entry.Sequence;
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
