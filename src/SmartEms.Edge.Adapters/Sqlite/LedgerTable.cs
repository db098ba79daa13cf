using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The gap-free ledger: one row per entry, numbered 1, 2, 3 … inside the transaction that stores it.</summary>
internal sealed class LedgerTable(Database database) : IDisposable
{
    /// <summary>The index gives one kind in sequence and carries the moment, so that a span is found without touching the bodies.</summary>
    public const string Schema = """
        CREATE TABLE ledger(seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX ledger_by_kind ON ledger(kind, seq, at_ms);
        """;

    // One statement is one transaction, so a number is taken and used together or not at all.
    private readonly Statement _append = database.Prepare(
        "INSERT INTO ledger(seq, at_ms, kind, body) VALUES((SELECT coalesce(max(seq), 0) + 1 FROM ledger), ?1, ?2, ?3) RETURNING seq");

    private readonly Statement _last = database.Prepare("SELECT seq, at_ms, body FROM ledger WHERE kind = ?1 ORDER BY seq DESC LIMIT 1");

    private readonly Statement _page = database.Prepare(
        "SELECT seq, at_ms, body FROM ledger WHERE kind = ?1 AND seq > ?2 AND at_ms >= ?3 AND at_ms < ?4 ORDER BY seq LIMIT ?5");

    public long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body)
    {
        _append.Bind(1, at.UnixMilliseconds).Bind(2, (long)kind).Bind(3, body);
        if (!_append.Step())
            throw new InvalidOperationException("RETURNING gave no sequence number.");
        var sequence = _append.Long(0);
        // The insert commits with the step that ends the statement; rewinding early would hide that commit's failure.
        while (_append.Step())
        {
        }

        _append.Rewind();
        return sequence;
    }

    public LedgerEntry? Last(LedgerKind kind)
    {
        try
        {
            return _last.Bind(1, (long)kind).Step() ? Entry(_last, kind) : null;
        }
        finally
        {
            _last.Rewind();
        }
    }

    /// <summary>Up to <paramref name="most"/> entries behind sequence <paramref name="after"/> with from ≤ At &lt; to.</summary>
    public List<LedgerEntry> Page(LedgerKind kind, long after, (Instant From, Instant To) span, int most)
    {
        var page = new List<LedgerEntry>();
        try
        {
            _page.Bind(1, (long)kind).Bind(2, after).Bind(3, span.From.UnixMilliseconds).Bind(4, span.To.UnixMilliseconds).Bind(5, most);
            while (_page.Step())
                page.Add(Entry(_page, kind));
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
        _last.Dispose();
        _page.Dispose();
    }

    private static LedgerEntry Entry(Statement row, LedgerKind kind) => new(row.Long(0), new Instant(row.Long(1)), kind, row.Blob(2));
}
