using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The box's memory in one SQLite file. One process owns it and writes; any number may read meanwhile. Every member may be called from any thread.</summary>
public sealed partial class SqliteStore : IStore, ILedger
{
    private const int PageSamples = 4096;

    private readonly Lock _gate = new();
    private readonly StoreOwner _owner;
    private readonly Database _database;
    private readonly LedgerTable _ledger;
    private readonly TelemetryTable _telemetry;
    private readonly PointTable _points;
    private readonly TextTable _texts;
    private readonly CursorTable _cursors;
    private readonly DeviceKey? _key;
    private readonly bool _writable;
    private HighWater? _highWater;
    private bool? _durable;
    private bool _disposed;

    private SqliteStore(StoreOwner owner, Database database, bool writable, DeviceKey? key)
    {
        (_owner, _database, _writable, _key) = (owner, database, writable, key);
        _ledger = new LedgerTable(database, key);
        _cursors = new CursorTable(database);
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
        var owner = StoreOwner.Take(file);
        try
        {
            return Opened(file, owner, writable: true);
        }
        catch (IOException)
        {
            owner.Dispose();
            throw;
        }
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
        var owner = StoreOwner.Join(file);
        try
        {
            return Opened(file, owner, writable: false);
        }
        catch (IOException)
        {
            owner.Dispose();
            throw;
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
            Close();
            _key?.Dispose();
            _owner.Dispose();
        }
    }

    /// <summary>Ends the connection only: owner and key stay with whoever handed them in.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _disposed = true;
            _highWater?.Dispose();
            _ledger.Dispose();
            _telemetry.Dispose();
            _points.Dispose();
            _texts.Dispose();
            _cursors.Dispose();
            _database.Dispose();
        }
    }

    /// <summary>The store of a file whose owner or reader the caller has become; on failure the caller stays that.</summary>
    internal static SqliteStore Opened(string file, StoreOwner owner, bool writable, DeviceKey? key = null)
    {
        Database? database = null;
        try
        {
            var isNew = writable && !StoreFile.Exists(file);
            database = Database.Open(file, writable);
            if (isNew)
                StoreSchema.Make(database);
            StoreFile.Judge(file, database.Long("PRAGMA application_id"), database.Long("PRAGMA user_version"));
            if (writable)
                StoreSchema.Prepare(database);
            else if (database.Long("PRAGMA user_version") < StoreFile.Version)
                throw StoreException.About(file, "was written by an older smartems and has not been brought up to date", "start smartems run on it once, which does that");
            if (isNew)
                Descriptor.SyncDirectory(Path.GetDirectoryName(file)!);
            return new SqliteStore(owner, database, writable, key);
        }
        catch (IOException)
        {
            database?.Dispose();
            throw;
        }
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
        _database.Execute(durable ? StoreSchema.Durable : StoreSchema.Lazy);
        _durable = durable;
    }
}
