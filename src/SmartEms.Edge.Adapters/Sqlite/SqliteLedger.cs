using System.Text;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The store's ledger and the cursors over it.</summary>
public sealed partial class SqliteStore
{
    private const int PageEntries = 64;

    public LedgerHead Head
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return _ledger.Head();
            }
        }
    }

    public long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            BeginWriting(durable: true);
            return Noted(_ledger.Append([new(kind, at, body.ToArray())]));
        }
    }

    public long AppendAll(ReadOnlySpan<LedgerDraft> entries)
    {
        lock (_gate)
        {
            BeginWriting(durable: true);
            return Noted(_ledger.Append(entries));
        }
    }

    public IReadOnlyList<LedgerEntry> After(long sequence, int most)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _ledger.After(sequence, most);
        }
    }

    public CursorPlace? Cursor(string name)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _cursors.Find(name);
        }
    }

    public void Keep(string name, CursorPlace place)
    {
        lock (_gate)
        {
            BeginWriting(durable: true);
            _cursors.Keep(name, place);
        }
    }

    public LedgerEntry? Last(LedgerKind kind)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _ledger.Last(kind);
        }
    }

    /// <summary>Entries are fetched in small pages, so a slow reader holds neither the lock nor the log; entries appended meanwhile may show.</summary>
    public IEnumerable<LedgerEntry> Read(LedgerKind kind, Instant from, Instant to)
    {
        List<LedgerEntry> page;
        var after = 0L;
        do
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                page = _ledger.Page(kind, after, (from, to), PageEntries);
            }

            foreach (var entry in page)
                yield return entry;
            after = page.Count == 0 ? after : page[^1].Sequence;
        }
        while (page.Count == PageEntries);
    }

    /// <summary>From now on FILE.head tells the highest number.</summary>
    internal void TellHighWater() => _highWater = new(FilePath, Head.Sequence);

    /// <summary>Appends a remark about the store itself, and signs behind it.</summary>
    internal void Remark(Instant at, string words)
    {
        lock (_gate)
        {
            _ledger.SignNext();
            BeginWriting(durable: true);
            _ledger.Append([new(LedgerKind.Note, at, Encoding.UTF8.GetBytes(words))]);
        }
    }

    /// <summary>Goes on behind a number and records that what is missing before it is a gap.</summary>
    internal void LeaveOut(long through, Instant at, string why)
    {
        lock (_gate)
        {
            BeginWriting(durable: true);
            _ledger.LeaveOut(through, at, why);
        }
    }

    /// <summary>What SQLite's own quick check finds first, or null.</summary>
    internal string? Complaint()
    {
        lock (_gate)
            return _database.Text("PRAGMA quick_check(1)") is var words && words != "ok" ? words : null;
    }

    private long Noted(long last)
    {
        _highWater?.Note(last);
        return last;
    }
}
