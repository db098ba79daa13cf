using System.Buffers.Binary;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The gap-free ledger: one row per entry with its seal, numbered 1, 2, 3 … inside the transaction that stores it.</summary>
internal sealed class LedgerTable(Database database, DeviceKey? key = null) : IDisposable
{
    /// <summary>The index gives one kind in sequence and carries the moment, so that a span is found without touching the bodies.</summary>
    public const string Schema = """
        CREATE TABLE ledger(seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL, crc INTEGER, chain BLOB);
        CREATE INDEX ledger_by_kind ON ledger(kind, seq, at_ms);
        """;

    /// <summary>SQLite's code for damaged content (rescode.html).</summary>
    private const int Corrupt = 11;

    private const string Insertion = "INSERT INTO ledger(seq, at_ms, kind, body, crc, chain) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
    private const string Columns = "SELECT seq, at_ms, kind, body, crc, chain FROM ledger";

    private readonly Statement _insert = database.Prepare(Insertion);
    private readonly Statement _head = database.Prepare("SELECT seq, chain FROM ledger ORDER BY seq DESC LIMIT 1");
    private readonly Statement _last = database.Prepare($"{Columns} WHERE kind = ?1 ORDER BY seq DESC LIMIT 1");
    private readonly Statement _after = database.Prepare($"{Columns} WHERE seq > ?1 ORDER BY seq LIMIT ?2");
    private readonly Statement _page = database.Prepare($"{Columns} WHERE kind = ?1 AND seq > ?2 AND at_ms >= ?3 AND at_ms < ?4 ORDER BY seq LIMIT ?5");

    // Known while we are the owner and every append went well; what a failed commit left is read again.
    private LedgerHead? _known;
    private Instant? _signedAt;
    private bool _signNext;
    private Statement? _restore;

    public LedgerHead Head()
    {
        try
        {
            return _head.Step() ? new(_head.Long(0), Chain(_head.Blob(1))) : default;
        }
        finally
        {
            _head.Rewind();
        }
    }

    /// <summary>Appends as one transaction and gives the number of the last of <paramref name="entries"/>; a checkpoint that has become due follows them in it.</summary>
    public long Append(ReadOnlySpan<LedgerDraft> entries)
    {
        var head = _known ??= Head();
        if (entries.Length == 0)
            return head.Sequence;
        var signedAt = _signedAt ??= Last(LedgerKind.Checkpoint)?.At;
        _known = null;
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (ref readonly var entry in entries)
                head = Put(head, entry);
            var last = head.Sequence;
            var at = entries[^1].At;
            if (key is not null && (_signNext || signedAt is not { } before || (at - before).Duration() >= LedgerCheckpoint.Every))
            {
                head = Put(head, new(LedgerKind.Checkpoint, at, key.Sign(head, at)));
                signedAt = at;
            }

            database.Execute("COMMIT");
            (_known, _signedAt, _signNext) = (head, signedAt, false);
            return last;
        }
        catch (StoreException)
        {
            database.Undo();
            throw;
        }
    }

    /// <summary>Records that the numbers up to <paramref name="through"/> are missing, and goes on behind them.</summary>
    public void LeaveOut(long through, Instant at, string why)
    {
        var head = Head();
        _known = null;
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            Put(new(through, head.Chain), new(LedgerKind.Gap, at, new LedgerGap(head.Sequence + 1, through, why).ToBytes()));
            database.Execute("COMMIT");
        }
        catch (StoreException)
        {
            database.Undo();
            throw;
        }
    }

    /// <summary>The next append is followed by a checkpoint, due or not.</summary>
    public void SignNext() => _signNext = true;

    /// <summary>Stores an entry with the number and seal it has, unless it is there; part of the caller's transaction.</summary>
    public void Restore(LedgerEntry entry)
    {
        _known = null;
        Insert(_restore ??= database.Prepare(Insertion.Replace("INSERT", "INSERT OR IGNORE", StringComparison.Ordinal)), entry.Sequence, (new(entry.Kind, entry.At, entry.Body), entry.Seal));
    }

    /// <summary>Stores the entry that follows <paramref name="head"/>; part of the caller's transaction.</summary>
    public LedgerHead Put(LedgerHead head, in LedgerDraft entry)
    {
        var seal = LedgerChain.Seal(head.Chain, head.Sequence + 1, entry);
        Insert(_insert, head.Sequence + 1, (entry, seal));
        return new(head.Sequence + 1, seal.Chain);
    }

    public LedgerEntry? Last(LedgerKind kind)
    {
        try
        {
            return _last.Bind(1, (long)kind).Step() ? Entry(_last) : null;
        }
        finally
        {
            _last.Rewind();
        }
    }

    /// <summary>Up to <paramref name="most"/> entries of every kind behind a number.</summary>
    /// <exception cref="StoreException">Damaged: numbers that do not rise would keep whoever pages through them for ever.</exception>
    public List<LedgerEntry> After(long sequence, int most)
    {
        var page = All(_after.Bind(1, sequence).Bind(2, most));
        foreach (var entry in page)
            sequence = entry.Sequence > sequence ? entry.Sequence : throw StoreException.Native(database.Path, "reading", Corrupt, $"number {entry.Sequence} follows {sequence}");
        return page;
    }

    /// <summary>Up to <paramref name="most"/> entries behind sequence <paramref name="after"/> with from ≤ At &lt; to.</summary>
    public List<LedgerEntry> Page(LedgerKind kind, long after, (Instant From, Instant To) span, int most) =>
        All(_page.Bind(1, (long)kind).Bind(2, after).Bind(3, span.From.UnixMilliseconds).Bind(4, span.To.UnixMilliseconds).Bind(5, most));

    public void Dispose()
    {
        _insert.Dispose();
        _restore?.Dispose();
        _head.Dispose();
        _last.Dispose();
        _after.Dispose();
        _page.Dispose();
    }

    private static void Insert(Statement insert, long sequence, (LedgerDraft Entry, Seal Seal) what)
    {
        var (entry, seal) = what;
        Span<byte> chain = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(chain, seal.Chain);
        insert.Bind(1, sequence).Bind(2, entry.At.UnixMilliseconds).Bind(3, (long)entry.Kind).Bind(4, entry.Body.Span).Bind(5, (long)seal.Crc).Bind(6, chain).Run();
    }

    private static List<LedgerEntry> All(Statement rows)
    {
        var page = new List<LedgerEntry>();
        try
        {
            while (rows.Step())
                page.Add(Entry(rows));
            return page;
        }
        finally
        {
            rows.Rewind();
        }
    }

    private static LedgerEntry Entry(Statement row) =>
        new(row.Long(0), new Instant(row.Long(1)), unchecked((LedgerKind)row.Long(2)), row.Blob(3)) { Seal = new(unchecked((uint)row.Long(4)), Chain(row.Blob(5))) };

    /// <summary>A chain of a wrong length is damage; zero never continues a chain, so the look at it says so.</summary>
    private static UInt128 Chain(byte[] bytes) => bytes.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : 0;
}
