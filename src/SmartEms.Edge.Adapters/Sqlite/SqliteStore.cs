using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The box's memory in one SQLite file. One process owns it and writes; any number may read meanwhile. Every member may be called from any thread.</summary>
public sealed partial class SqliteStore : IStore, ILedger, ITelemetryReader
{
    private readonly Lock _gate = new();
    private readonly StoreOwner _owner;
    private readonly Database _database;
    private readonly LedgerTable _ledger;
    private readonly TelemetryFile _telemetry;
    private readonly TextTable _texts;
    private readonly CursorTable _cursors;
    private readonly DeviceKey? _key;
    private readonly bool _writable;
    private HighWater? _highWater;
    private bool? _durable;
    private bool _disposed;

    private SqliteStore(StoreOwner owner, Database database, TelemetryFile telemetry, bool writable, DeviceKey? key)
    {
        (_owner, _database, _telemetry, _writable, _key) = (owner, database, telemetry, writable, key);
        _ledger = new LedgerTable(database, key);
        _cursors = new CursorTable(database);
        _texts = new TextTable(database);
    }

    /// <summary>In words why telemetry had to be begun anew when the store was opened, or null.</summary>
    internal string? TelemetryTrouble => _telemetry.Trouble;

    /// <summary>The absolute path of the database file.</summary>
    public string FilePath => _database.Path;

    /// <summary>Opens the store for its one owner, and makes it when the file is absent or empty.</summary>
    /// <exception cref="StoreException">Owned by another process, not a store of ours, damaged, or not writable; the file is untouched.</exception>
    /// <exception cref="NativeLibraryMissingException">SQLite 3.35 or newer is not there.</exception>
    public static SqliteStore Open(string path) => Open(path, TelemetryBudgets.Default);

    /// <summary>Opens the store with other budgets of telemetry than the usual.</summary>
    public static SqliteStore Open(string path, TelemetryBudgets budgets)
    {
        Sqlite3.Load();
        var file = StoreFile.Locate(path);
        var owner = StoreOwner.Take(file);
        try
        {
            return Opened(file, owner, writable: true, budgets: budgets);
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

    /// <summary>Appends as one transaction, durably; how it lies on the disk says docs/decisions/telemetry.md.</summary>
    /// <exception cref="ArgumentException">A sample's point was never numbered; nothing is stored.</exception>
    public void Append(ReadOnlySpan<TelemetrySample> samples) => _telemetry.Append(samples);

    public void Rebase(ClockStep step) => _telemetry.Rebase(step);

    /// <summary>The number of a point, made when new. The same name with another unit is another point.</summary>
    public int PointNumber(string name, string unit) => _telemetry.PointNumber(name, unit);

    /// <summary>Samples of a point with from ≤ At &lt; to, in time order, fetched in chunks.</summary>
    public IEnumerable<TelemetrySample> ReadTelemetry(int point, Instant from, Instant to) => _telemetry.Samples(point, from, to);

    public IEnumerable<TelemetryRow> Read(int point, TelemetryTier tier, Instant from, Instant to) => _telemetry.Read(point, tier, from, to);

    public IReadOnlyList<TelemetryGap> Gaps(Instant from, Instant to) => _telemetry.Gaps(from, to);

    /// <summary>Records durably that telemetry is missing, for a cause outside the store (a full queue, a slow disk).</summary>
    public void Note(TelemetryGap gap) => _telemetry.Note(gap);

    /// <summary>Every telemetry point by its number.</summary>
    public IReadOnlyList<TelemetryPoint> Points() => _telemetry.Points();

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
            _texts.Dispose();
            _cursors.Dispose();
            _database.Dispose();
        }
    }

    /// <summary>The store of a file whose owner or reader the caller has become; on failure the caller stays that.</summary>
    internal static SqliteStore Opened(string file, StoreOwner owner, bool writable, DeviceKey? key = null, TelemetryBudgets? budgets = null)
    {
        Database? database = null;
        TelemetryFile? telemetry = null;
        try
        {
            var isNew = writable && !StoreFile.Exists(file);
            database = Database.Open(file, writable);
            // Power lost while the store was made: SQLite has just rolled the half-made one back to nothing.
            isNew |= writable && database.Long("PRAGMA page_count") == 0;
            if (isNew)
                StoreSchema.Make(database);
            StoreFile.Judge(file, database.Long("PRAGMA application_id"), database.Long("PRAGMA user_version"));
            if (writable)
                StoreSchema.Prepare(database);
            else if (database.Long("PRAGMA user_version") < StoreFile.Version)
                throw StoreException.About(file, "was written by an older smartems and has not been brought up to date", "start smartems run on it once, which does that");
            telemetry = TelemetryFile.Open(file, writable ? budgets ?? TelemetryBudgets.Default : null);
            if (isNew)
                Descriptor.SyncDirectory(Path.GetDirectoryName(file)!);
            return new SqliteStore(owner, database, telemetry, writable, key);
        }
        catch (IOException)
        {
            telemetry?.Dispose();
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
