using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>What one would do without thinking: one row for each sample in one table, one durable transaction for each batch.</summary>
internal sealed class PlainRows : IDisposable
{
    private readonly string _file;
    private readonly Database _database;
    private readonly Statement _insert;

    public PlainRows(string file)
    {
        (_file, _database) = (file, Database.Open(file, writable: true));
        _database.Text("PRAGMA journal_mode = WAL");
        _database.Execute("PRAGMA synchronous = FULL");
        _database.Execute("CREATE TABLE telemetry(point INTEGER NOT NULL, at_ms INTEGER NOT NULL, value REAL, mark INTEGER NOT NULL, PRIMARY KEY(point, at_ms)) WITHOUT ROWID");
        _insert = _database.Prepare("INSERT OR REPLACE INTO telemetry VALUES(?1, ?2, ?3, ?4)");
    }

    public void Append(TelemetrySample[] samples)
    {
        _database.Execute("BEGIN IMMEDIATE");
        foreach (var s in samples)
            _insert.Bind(1, s.Point).Bind(2, s.At.UnixMilliseconds).Bind(3, s.Value).Bind(4, ((int)s.Reason << 2) | (int)s.Trust).Run();
        _database.Execute("COMMIT");
    }

    /// <summary>Bytes of the file, its log copied into it.</summary>
    public long Bytes()
    {
        _database.Long("PRAGMA wal_checkpoint(TRUNCATE)");
        return new FileInfo(_file).Length;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _database.Dispose();
    }
}
