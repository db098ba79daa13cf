using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>What one would do without thinking: one row for each sample in one table, one durable transaction for each batch.</summary>
internal static class PlainRows
{
    public static (double Seconds, long Bytes) Ingest(string file, IEnumerable<TelemetrySample[]> batches)
    {
        var spent = TimeSpan.Zero;
        using (var database = Database.Open(file, writable: true))
        {
            database.Text("PRAGMA journal_mode = WAL");
            database.Execute("PRAGMA synchronous = FULL");
            database.Execute("CREATE TABLE telemetry(point INTEGER NOT NULL, at_ms INTEGER NOT NULL, value REAL, mark INTEGER NOT NULL, PRIMARY KEY(point, at_ms)) WITHOUT ROWID");
            using var insert = database.Prepare("INSERT OR REPLACE INTO telemetry VALUES(?1, ?2, ?3, ?4)");
            foreach (var samples in batches)
            {
                var start = TimeProvider.System.GetTimestamp();
                database.Execute("BEGIN IMMEDIATE");
                foreach (var s in samples)
                    insert.Bind(1, s.Point).Bind(2, s.At.UnixMilliseconds).Bind(3, s.Value).Bind(4, ((int)s.Reason << 2) | (int)s.Trust).Run();
                database.Execute("COMMIT");
                spent += TimeProvider.System.GetElapsedTime(start);
            }

            database.Long("PRAGMA wal_checkpoint(TRUNCATE)");
        }

        return (spent.TotalSeconds, new FileInfo(file).Length);
    }
}
