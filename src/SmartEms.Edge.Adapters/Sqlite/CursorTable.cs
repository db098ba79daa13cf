using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>How far each receiver has acknowledged: one row per receiver.</summary>
internal sealed class CursorTable(Database database) : IDisposable
{
    public const string Schema = "CREATE TABLE cursors(name TEXT PRIMARY KEY NOT NULL, through INTEGER NOT NULL, epoch INTEGER NOT NULL) WITHOUT ROWID;";

    private readonly Statement _keep = database.Prepare("INSERT OR REPLACE INTO cursors(name, through, epoch) VALUES(?1, ?2, ?3)");
    private readonly Statement _find = database.Prepare("SELECT through, epoch FROM cursors WHERE name = ?1");

    public void Keep(string name, CursorPlace place) => _keep.Bind(1, name).Bind(2, place.Through).Bind(3, place.Epoch).Run();

    public CursorPlace? Find(string name)
    {
        try
        {
            return _find.Bind(1, name).Step() ? new(_find.Long(0), _find.Long(1)) : null;
        }
        finally
        {
            _find.Rewind();
        }
    }

    public void Dispose()
    {
        _keep.Dispose();
        _find.Dispose();
    }
}
