namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Texts kept once, by their hash.</summary>
internal sealed class TextTable(Database database) : IDisposable
{
    public const string Schema = "CREATE TABLE texts(hash TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;";

    private readonly Statement _keep = database.Prepare("INSERT OR IGNORE INTO texts(hash, body) VALUES(?1, ?2)");
    private readonly Statement _find = database.Prepare("SELECT body FROM texts WHERE hash = ?1");

    public void Keep(string hash, string text) => _keep.Bind(1, hash).Bind(2, text).Run();

    public string? Find(string hash)
    {
        try
        {
            return _find.Bind(1, hash).Step() ? _find.Text(0) : null;
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
