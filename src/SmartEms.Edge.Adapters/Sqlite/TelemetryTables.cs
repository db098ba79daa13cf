using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The tables of the telemetry file.</summary>
internal sealed class TelemetryTables : IDisposable
{
    public const string Schema = PointTable.Schema + RawTier.Schema + PieceTable.Schema + RolledTier.Schema + GapTable.Schema;

    private readonly Database _database;

    public TelemetryTables(Database database)
    {
        _database = database;
        Points = new PointTable(database);
        Gaps = new GapTable(database);
        Raw = new RawTier(database);
        Pieces = new PieceTable(database, Gaps);
        Minutes = new RolledTier(database, TelemetryTier.Minute, Gaps);
        Quarters = new RolledTier(database, TelemetryTier.Quarter, Gaps);
    }

    public PointTable Points { get; }
    public GapTable Gaps { get; }
    public RawTier Raw { get; }
    public PieceTable Pieces { get; }
    public RolledTier Minutes { get; }
    public RolledTier Quarters { get; }

    /// <summary>Counts bytes again after a transaction was undone.</summary>
    public void Recount()
    {
        Raw.Recount(_database);
        Minutes.Recount(_database);
        Quarters.Recount(_database);
    }

    public void Dispose()
    {
        Points.Dispose();
        Gaps.Dispose();
        Raw.Dispose();
        Pieces.Dispose();
        Minutes.Dispose();
        Quarters.Dispose();
    }
}
