using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Telemetry in a database of its own beside the ledger: its pages are small because its writes are, neither waits for the other, and damage in one
/// leaves the other whole. The store's owner lock stands for both. Every member may be called from any thread.</summary>
internal sealed class TelemetryFile : ITelemetryReader, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Database _database;
    private readonly TelemetryTables _tables;
    private readonly TelemetryAppender? _appender;
    private readonly TelemetryFinder _finder;
    private bool _isDamaged;
    private bool _disposed;

    private TelemetryFile(Database database, TelemetryBudgets? budgets)
    {
        _database = database;
        _tables = new TelemetryTables(database);
        _appender = budgets is null ? null : new TelemetryAppender(database, _tables, budgets);
        _finder = new TelemetryFinder(database, _tables);
    }

    /// <summary>The telemetry file of a store: smartems.db has smartems.telemetry.db.</summary>
    public static string PathOf(string store) =>
        (store.EndsWith(".db", StringComparison.Ordinal) ? store[..^3] : store) + ".telemetry.db";

    /// <summary>In words what was wrong with the file that had to be begun anew; null when all was well.</summary>
    public string? Trouble { get; private init; }

    /// <summary>Opens the telemetry of a store, for writing with budgets, and makes it when it is not there. For its owner a file that is damaged, lost or
    /// not ours is moved aside and begun anew, with a gap up to its last write: telemetry must not keep the ledger from opening.</summary>
    /// <exception cref="StoreException">Not to be opened; or not ours, too new or damaged, and only to be read.</exception>
    public static TelemetryFile Open(string store, TelemetryBudgets? budgets)
    {
        var path = PathOf(store);
        if (budgets is null)
            return Opened(path, null);
        var why = TelemetryQuarantine.Loss(store, path);
        try
        {
            if (why is null)
                return Opened(path, budgets);
        }
        catch (StoreException e) when (e.IsDamage)
        {
            why = e.Message;
        }

        var (kept, until) = TelemetryQuarantine.Put(store, path);
        var saved = kept is null ? 0 : Saved(kept, path, until, ref why);
        var told = kept is null ? "nothing of the old was left" : $"the old is kept as {Path.GetFileName(kept)}, {saved} points and blocks were saved";
        var fresh = Opened(path, budgets, $"the telemetry {path} was begun anew ({why}); {told}");
        if (saved == 0)
            fresh.Note(new TelemetryGap(new Instant(0), until, TelemetryTier.Raw, 0, $"{GapTable.Damage}: {(kept is null ? "it was gone" : $"kept as {Path.GetFileName(kept)}")}"));
        return fresh;
    }

    /// <summary>Saves what can be read; a disk that fails or is full meanwhile leaves the old file for later, and telemetry begins empty.</summary>
    private static long Saved(string kept, string path, Instant until, ref string why)
    {
        try
        {
            return TelemetrySalvage.Run(kept, path, until);
        }
        catch (IOException e)
        {
            why += $"; not salvaged: {e.Message}";
            return 0;
        }
    }

    private static TelemetryFile Opened(string path, TelemetryBudgets? budgets, string? trouble = null)
    {
        var isNew = budgets is not null && (!File.Exists(path) || new FileInfo(path).Length == 0);
        var isWithout = budgets is null && !File.Exists(path); // a capture carries the ledger alone
        var database = Database.Open(isWithout ? ":memory:" : path, writable: budgets is not null || isWithout);
        try
        {
            if (isWithout)
                TelemetrySchema.Make(database);
            // Power lost while the file was made: SQLite has just rolled the half-made one back to nothing.
            isNew |= budgets is not null && database.Long("PRAGMA page_count") == 0;
            if (isNew)
            {
                TelemetrySchema.Make(database);
                Descriptor.SyncDirectory(Path.GetDirectoryName(path)!);
            }

            TelemetrySchema.Judge(path, database.Long("PRAGMA application_id"), database.Long("PRAGMA user_version"));
            if (budgets is not null)
            {
                TelemetrySchema.Prepare(database);
                TelemetryQuarantine.Refuse(database);
            }

            return new TelemetryFile(database, budgets) { Trouble = trouble };
        }
        catch (IOException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <exception cref="ArgumentException">A sample's point was never numbered; nothing is stored.</exception>
    public void Append(ReadOnlySpan<TelemetrySample> samples)
    {
        lock (_gate)
        {
            var appender = Appender();
            foreach (ref readonly var sample in samples)
                if (sample.Point < 1 || sample.Point > _tables.Points.Highest)
                    throw new ArgumentException($"There is no telemetry point {sample.Point}.", nameof(samples));
            try
            {
                if (samples.Length > 0)
                    appender.Append(samples);
            }
            catch (StoreException e) when (e.IsDamage)
            {
                _isDamaged = true; // moved aside when this closes, begun anew when it is opened again
                throw;
            }
        }
    }

    /// <summary>Moves what a doubted clock stamped, all or none.</summary>
    public void Rebase(ClockStep step)
    {
        if (step.DoubtedSince is not { } since)
            return;
        lock (_gate)
            Appender().Rebase(since.UnixMilliseconds, step.Expected.UnixMilliseconds, (long)step.By.TotalMilliseconds);
    }

    public void Note(TelemetryGap gap)
    {
        lock (_gate)
            Appender().Note(gap);
    }

    public int PointNumber(string name, string unit)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            try
            {
                return _tables.Points.Find(name, unit) ?? Made(name, unit);
            }
            catch (StoreException e) when (e.IsDamage)
            {
                _isDamaged = true;
                throw;
            }
        }
    }

    /// <summary>Durable with the point's first samples: a sync for each would hold up a new site's first start for seconds.</summary>
    private int Made(string name, string unit)
    {
        Appender();
        _database.Execute(TelemetrySchema.Unsynced);
        try
        {
            return _tables.Points.Make(name, unit);
        }
        finally
        {
            _database.Execute(TelemetrySchema.Synced);
        }
    }

    public IReadOnlyList<TelemetryPoint> Points()
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _tables.Points.All();
        }
    }

    public IReadOnlyList<TelemetryGap> Gaps(Instant from, Instant to)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _tables.Gaps.Find(from, to);
        }
    }

    public IEnumerable<TelemetryRow> Read(int point, TelemetryTier tier, Instant from, Instant to)
    {
        if (tier == TelemetryTier.Raw)
        {
            foreach (var s in Samples(point, from, to))
                yield return new TelemetryRow(s.At, s.Value, s.Value, s.Value, s.Value, s.Trust, 1);
            yield break;
        }

        var room = new List<TelemetryRow>();
        for (var next = from.UnixMilliseconds; Window(point, tier, (next, to.UnixMilliseconds), room) is { } window; next = window.Next)
            foreach (var row in window.Rows)
                yield return row;
    }

    /// <summary>Samples with from ≤ At &lt; to in time order, chunk by chunk; where chunks overlap (a clock was set back) they are merged.</summary>
    public IEnumerable<TelemetrySample> Samples(int point, Instant from, Instant to)
    {
        List<TelemetrySample> open;
        List<Stretch> chunks;
        lock (_gate)
        {
            ThrowIfDisposed();
            (open, chunks) = _finder.Raw(point, from, to);
        }

        var waiting = new OverlappingSamples();
        var openTaken = open.Count == 0;
        foreach (var chunk in chunks)
        {
            if (!openTaken && open[0].At.UnixMilliseconds < chunk.First)
            {
                openTaken = true;
                waiting.Add(open, long.MaxValue);
            }

            foreach (var sample in waiting.Before(chunk.First))
                yield return sample;
            waiting.Add(Chunk(chunk, point, (from, to)), chunk.Id);
        }

        if (!openTaken)
            waiting.Add(open, long.MaxValue);
        foreach (var sample in waiting.Rest())
            yield return sample;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            try
            {
                _appender?.Close();
            }
            catch (StoreException)
            {
                // All samples are stored; the next start closes the group.
            }
            finally
            {
                _tables.Dispose();
                _database.Dispose();
                if (_isDamaged)
                    TelemetryQuarantine.Move(_database.Path);
            }
        }
    }

    private (List<TelemetryRow> Rows, long Next)? Window(int point, TelemetryTier tier, (long From, long To) span, List<TelemetryRow> room)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _finder.Window(point, tier, span, room);
        }
    }

    private List<TelemetrySample> Chunk(Stretch chunk, int point, (Instant From, Instant To) span)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            var samples = _finder.Chunk(chunk, point);
            if (chunk.First < span.From.UnixMilliseconds || chunk.Last >= span.To.UnixMilliseconds)
                samples.RemoveAll(s => s.At < span.From || s.At >= span.To);
            return samples;
        }
    }

    private TelemetryAppender Appender()
    {
        ThrowIfDisposed();
        return _appender ?? throw new InvalidOperationException($"The store {_database.Path} was opened for reading only.");
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
