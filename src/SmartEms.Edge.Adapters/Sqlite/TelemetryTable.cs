using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Telemetry, one row per sample; a second sample of the same point and moment replaces the first.</summary>
internal sealed class TelemetryTable(Database database) : IDisposable
{
    /// <summary>No row number of its own: the samples of a point lie together in time order.</summary>
    public const string Schema = """
        CREATE TABLE telemetry(point INTEGER NOT NULL, at_ms INTEGER NOT NULL, value REAL, mark INTEGER NOT NULL, PRIMARY KEY(point, at_ms)) WITHOUT ROWID;
        """;

    private const int TrustBits = 2;
    private const int TrustMask = (1 << TrustBits) - 1;

    private readonly Statement _append = database.Prepare("INSERT OR REPLACE INTO telemetry(point, at_ms, value, mark) VALUES(?1, ?2, ?3, ?4)");

    private readonly Statement _page = database.Prepare(
        "SELECT at_ms, value, mark FROM telemetry WHERE point = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms LIMIT ?4");

    /// <summary>Stores the samples as one transaction: all or none.</summary>
    public void Append(ReadOnlySpan<TelemetrySample> samples)
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (ref readonly var sample in samples)
                _append.Bind(1, sample.Point).Bind(2, sample.At.UnixMilliseconds).Bind(3, sample.Value).Bind(4, Mark(sample)).Run();
            database.Execute("COMMIT");
        }
        catch (StoreException)
        {
            database.Undo();
            throw;
        }
    }

    /// <summary>Up to <paramref name="most"/> samples of a point with from ≤ At &lt; to, in time order.</summary>
    public List<TelemetrySample> Page(int point, Instant from, Instant to, int most)
    {
        var page = new List<TelemetrySample>();
        try
        {
            _page.Bind(1, point).Bind(2, from.UnixMilliseconds).Bind(3, to.UnixMilliseconds).Bind(4, most);
            while (_page.Step())
                page.Add(Sample(_page, point));
            return page;
        }
        finally
        {
            _page.Rewind();
        }
    }

    public void Dispose()
    {
        _append.Dispose();
        _page.Dispose();
    }

    private static int Mark(in TelemetrySample sample) => ((int)sample.Reason << TrustBits) | (int)sample.Trust;

    private static TelemetrySample Sample(Statement row, int point)
    {
        var mark = (int)row.Long(2);
        return new TelemetrySample(new Instant(row.Long(0)), point, row.Double(1), (Trust)(mark & TrustMask), (BadReason)(mark >> TrustBits));
    }
}
