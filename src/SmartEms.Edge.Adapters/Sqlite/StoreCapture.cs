using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>How a capture is made: what cleans a text of secrets, and who made it.</summary>
public sealed record CaptureSettings(Func<string, string> Clean, string MadeBy);

/// <summary>What a capture holds.</summary>
public sealed record Captured(long Entries, int Texts, int Redacted);

/// <summary>Copies a stretch of a store into a new store of one file, readable by every verb that reads a store. Entries keep number and seal; a text keeps
/// the name it has in the records even where secrets were taken out of it.</summary>
public static class StoreCapture
{
    private const int PageEntries = 256;

    /// <summary>Writes the file. All or nothing: a capture that fails leaves none.</summary>
    /// <exception cref="StoreException">The store cannot be read or the file not be written.</exception>
    public static Captured Write(SqliteStore store, string file, (Instant From, Instant To) span, CaptureSettings settings)
    {
        try
        {
            using var database = Database.Open(file, writable: true);
            StoreSchema.Make(database);
            database.Execute($"PRAGMA synchronous = FULL; CREATE TABLE capture(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; ATTACH 'file:{Uri.EscapeDataString(store.FilePath).Replace("%2F", "/", StringComparison.Ordinal)}?mode=ro' AS box; BEGIN IMMEDIATE");
            using (var fact = database.Prepare("INSERT INTO capture VALUES(?1, ?2)"))
            {
                fact.Bind(1, "made_by").Bind(2, settings.MadeBy).Run();
                fact.Bind(1, "from").Bind(2, span.From.ToString()).Run();
                fact.Bind(1, "to").Bind(2, span.To.ToString()).Run();
            }

            var entries = Entries(store, database, span);
            var (texts, redacted) = Texts(database, settings.Clean);
            database.Execute("COMMIT; DETACH box");
            return new(entries, texts, redacted);
        }
        catch (StoreException)
        {
            File.Delete(file);
            File.Delete(file + "-journal");
            throw;
        }
    }

    /// <summary>One unbroken run of numbers from the first to the last entry of the span, so that its chain can be verified.</summary>
    private static long Entries(SqliteStore store, Database database, (Instant From, Instant To) span)
    {
        var where = $"FROM box.ledger WHERE at_ms >= {span.From.UnixMilliseconds} AND at_ms < {span.To.UnixMilliseconds}";
        var (after, last, count) = (database.Long($"SELECT min(seq) {where}") - 1, database.Long($"SELECT max(seq) {where}"), 0L);
        using var table = new LedgerTable(database);
        for (IReadOnlyList<LedgerEntry> page; last > after && (page = store.After(after, PageEntries)).Count > 0; after = page[^1].Sequence)
            foreach (var entry in page)
                if (entry.Sequence <= last)
                {
                    table.Restore(entry);
                    count++;
                }
        return count;
    }

    private static (int Texts, int Redacted) Texts(Database database, Func<string, string> clean)
    {
        var (texts, redacted) = (0, 0);
        using var rows = database.Prepare("SELECT hash, body FROM box.texts");
        using var keep = database.Prepare("INSERT INTO main.texts(hash, body) VALUES(?1, ?2)");
        while (rows.Step())
        {
            var text = rows.Text(1);
            var cleaned = clean(text);
            keep.Bind(1, rows.Text(0)).Bind(2, cleaned).Run();
            texts++;
            redacted += cleaned == text ? 0 : 1;
        }

        rows.Rewind();
        return (texts, redacted);
    }
}
