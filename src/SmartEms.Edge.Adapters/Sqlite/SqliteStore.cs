using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The box's memory in one SQLite file. One process owns it and writes; any number may read meanwhile. Every member may be called from any thread.</summary>
public sealed class SqliteStore : IStore
{
    private const int PageEntries = 64;
    private const int PageSamples = 4096;

    // FULL syncs the log before a commit returns; NORMAL leaves that to the next FULL commit or checkpoint. The limit is the log's size in bytes.
    private const string Durable = "PRAGMA synchronous = FULL";
    private const string Lazy = "PRAGMA synchronous = NORMAL";
    private const string Settings = "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 16777216; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF";

    private readonly Lock _gate = new();
    private readonly StoreOwner _owner;
    private readonly Database _database;
    private readonly LedgerTable _ledger;
    private readonly TelemetryTable _telemetry;
    private readonly PointTable _points;
    private readonly TextTable _texts;
    private readonly bool _writable;
    private bool? _durable;
    private bool _disposed;

    private SqliteStore(StoreOwner owner, Database database, bool writable)
    {
        (_owner, _database, _writable) = (owner, database, writable);
        _ledger = new LedgerTable(database);
        _telemetry = new TelemetryTable(database);
        _points = new PointTable(database);
        _texts = new TextTable(database);
    }

    /// <summary>The absolute path of the database file.</summary>
    public string FilePath => _database.Path;

    /// <summary>Opens the store for its one owner, and makes it when the file is absent or empty.</summary>
    /// <exception cref="StoreException">Owned by another process, not a store of ours, damaged, or not writable; the file is untouched.</exception>
    /// <exception cref="NativeLibraryMissingException">SQLite 3.35 or newer is not there.</exception>
    public static SqliteStore Open(string path)
    {
        Sqlite3.Load();
        var file = StoreFile.Locate(path);
        return Opened(file, StoreOwner.Take(file), writable: true);
    }

    /// <summary>Opens an existing store for reading, also while its owner runs. What would write throws <see cref="InvalidOperationException"/>.</summary>
    /// <exception cref="StoreException">Absent, not a store of ours, damaged, or not readable.</exception>
    /// <exception cref="NativeLibraryMissingException">SQLite 3.35 or newer is not there.</exception>
    public static SqliteStore OpenReadOnly(string path)
    {
        Sqlite3.Load();
        var file = StoreFile.Locate(path);
        if (!File.Exists(file))
            throw StoreException.About(file, "does not exist, or this user may not see it", "check the path and the rights of its directory; smartems run makes the store at its first start");
        return Opened(file, StoreOwner.Join(file), writable: false);
    }

    public long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            BeginWriting(durable: true);
            return _ledger.Append(kind, at, body);
        }
    }

    /// <summary>Appends as one transaction. It survives a crash of the program at once, and a loss of power from the next ledger entry on.</summary>
    /// <exception cref="ArgumentException">A sample's point was never numbered.</exception>
    public void Append(ReadOnlySpan<TelemetrySample> samples)
    {
        lock (_gate)
        {
            foreach (ref readonly var sample in samples)
                if (sample.Point < 1 || sample.Point > _points.Highest)
                    throw new ArgumentException($"There is no telemetry point {sample.Point}.", nameof(samples));
            BeginWriting(durable: false);
            if (samples.Length > 0)
                _telemetry.Append(samples);
        }
    }

    /// <summary>The number of a point, made when new. The same name with another unit is another point.</summary>
    public int PointNumber(string name, string unit)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_points.Find(name, unit) is { } known)
                return known;
            // The log keeps its order: whatever durable comes later to use this number makes it durable first.
            BeginWriting(durable: false);
            return _points.Make(name, unit);
        }
    }

    public LedgerEntry? Last(LedgerKind kind)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _ledger.Last(kind);
        }
    }

    /// <summary>Entries are fetched in small pages, so a slow reader holds neither the lock nor the log; entries appended meanwhile may show.</summary>
    public IEnumerable<LedgerEntry> Read(LedgerKind kind, Instant from, Instant to)
    {
        List<LedgerEntry> page;
        var after = 0L;
        do
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                page = _ledger.Page(kind, after, (from, to), PageEntries);
            }

            foreach (var entry in page)
                yield return entry;
            after = page.Count == 0 ? after : page[^1].Sequence;
        }
        while (page.Count == PageEntries);
    }

    /// <summary>Samples of a point with from ≤ At &lt; to, in time order, fetched in pages.</summary>
    public IEnumerable<TelemetrySample> ReadTelemetry(int point, Instant from, Instant to)
    {
        List<TelemetrySample> page;
        do
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                page = _telemetry.Page(point, from, to, PageSamples);
            }

            foreach (var sample in page)
                yield return sample;
            from = page.Count == 0 ? from : new Instant(page[^1].At.UnixMilliseconds + 1);
        }
        while (page.Count == PageSamples);
    }

    /// <summary>Every telemetry point by its number.</summary>
    public IReadOnlyList<TelemetryPoint> Points()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _points.All();
        }
    }

    /// <summary>Keeps a text durably; a hash already there keeps the text it has.</summary>
    public void KeepText(string hash, string text)
    {
        lock (_gate)
        {
            BeginWriting(durable: true);
            _texts.Keep(hash, text);
        }
    }

    public string? Text(string hash)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _texts.Find(hash);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _ledger.Dispose();
            _telemetry.Dispose();
            _points.Dispose();
            _texts.Dispose();
            _database.Dispose();
            _owner.Dispose();
        }
    }

    private static SqliteStore Opened(string file, StoreOwner owner, bool writable)
    {
        Database? database = null;
        try
        {
            var isNew = writable && !StoreFile.Exists(file);
            database = Database.Open(file, writable);
            // Power lost while the store was made: SQLite has just rolled the half-made one back to nothing.
            isNew |= writable && database.Long("PRAGMA page_count") == 0;
            if (isNew)
                Make(database);
            StoreFile.Judge(file, database.Long("PRAGMA application_id"), database.Long("PRAGMA user_version"));
            if (writable)
                Prepare(database);
            if (isNew)
                Descriptor.SyncDirectory(Path.GetDirectoryName(file)!);
            return new SqliteStore(owner, database, writable);
        }
        catch (IOException)
        {
            database?.Dispose();
            owner.Dispose();
            throw;
        }
    }

    /// <summary>Makes the schema as one transaction of the rollback journal: with the log, our mark could stand in the log alone
    /// while the file itself looked like a stranger's.</summary>
    private static void Make(Database database)
    {
        database.Execute(Durable);
        database.Execute("BEGIN IMMEDIATE");
        database.Execute(LedgerTable.Schema);
        database.Execute(TelemetryTable.Schema);
        database.Execute(PointTable.Schema);
        database.Execute(TextTable.Schema);
        database.Execute($"PRAGMA application_id = {StoreFile.ApplicationId}; PRAGMA user_version = {StoreFile.Version}");
        database.Execute("COMMIT");
    }

    private static void Prepare(Database database)
    {
        var mode = database.Text("PRAGMA journal_mode = WAL");
        if (mode != "wal")
            throw StoreException.About(database.Path, $"cannot keep a write-ahead log (journal mode {mode})", "put the store on a local file system (ext4, f2fs, btrfs), not on a network share");
        database.KeepLog();
        database.Execute(Settings);
    }

    /// <summary>One connection whose durability is switched: a second one for telemetry would need its own cache, could find ours busy, and saves only microseconds.</summary>
    private void BeginWriting(bool durable)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_writable)
            throw new InvalidOperationException($"The store {FilePath} was opened for reading only.");
        if (_durable == durable)
            return;
        _durable = null;
        _database.Execute(durable ? Durable : Lazy);
        _durable = durable;
    }
}
