using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>The ledger in memory keeps the contract.</summary>
public sealed class MemoryLedgerTests : LedgerContract
{
    private readonly MemoryStore _store = new();

    protected override IStore Store => _store;

    protected override ILedger Ledger => _store;

    public override void Dispose() => _store.Dispose();
}

/// <summary>The ledger in a file keeps the contract.</summary>
public sealed class SqliteLedgerTests : LedgerContract
{
    private readonly StoreFolder _folder = new();
    private readonly SqliteStore _store;

    public SqliteLedgerTests() => _store = SqliteStore.Open(_folder.File);

    protected override IStore Store => _store;

    protected override ILedger Ledger => _store;

    public override void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}

/// <summary>What every ledger promises, whatever keeps it.</summary>
public abstract class LedgerContract : IDisposable
{
    protected abstract IStore Store { get; }

    protected abstract ILedger Ledger { get; }

    public abstract void Dispose();

    [Fact]
    public void An_empty_ledger_begins_at_nothing()
    {
        Assert.Equal(default, Ledger.Head);
        Assert.Empty(Ledger.After(0, 10));
        Assert.Equal(0, Ledger.AppendAll([]));
        Assert.Null(Ledger.Cursor("cloud"));
    }

    [Fact]
    public void A_group_is_numbered_in_its_order_and_chained()
    {
        Assert.Equal(1, Store.Append(LedgerKind.Note, new Instant(1), [1]));
        Assert.Equal(4, Ledger.AppendAll([new(LedgerKind.Cycle, new Instant(2), new byte[] { 2 }), new(LedgerKind.Gap, new Instant(3), default), new(LedgerKind.Note, new Instant(-4), new byte[3000])]));
        Assert.Equal(5, Store.Append(LedgerKind.Note, new Instant(5), []));
        var entries = Ledger.After(0, 100);
        Assert.Equal([1L, 2L, 3L, 4L, 5L], entries.Select(e => e.Sequence));
        Assert.Equal([LedgerKind.Note, LedgerKind.Cycle, LedgerKind.Gap, LedgerKind.Note, LedgerKind.Note], entries.Select(e => e.Kind));
        var verifier = new LedgerVerifier([]);
        foreach (var entry in entries)
            verifier.Look(entry);
        Assert.Empty(verifier.Verdict().Faults);
        Assert.Equal(Ledger.Head, verifier.Verdict().Head);
        Assert.Equal([4L], Ledger.After(3, 1).Select(e => e.Sequence));
        Assert.Empty(Ledger.After(5, 1));
    }

    [Fact]
    public void A_cursor_is_kept_by_its_name()
    {
        Ledger.Keep("cloud", new(7, 1));
        Ledger.Keep("other", new(3, 0));
        Ledger.Keep("cloud", new(9, 1));
        Assert.Equal(new CursorPlace(9, 1), Ledger.Cursor("cloud"));
        Assert.Equal(new CursorPlace(3, 0), Ledger.Cursor("other"));
    }

    [Fact]
    public void An_outbox_sends_everything_once_it_is_acknowledged_in_order()
    {
        for (var i = 0; i < 250; i++)
            Store.Append(LedgerKind.Note, new Instant(i), [(byte)i]);
        var outbox = new OutboxCursor("cloud", Ledger);
        var sent = new List<long>();
        while (outbox.Unsent(7) is { Count: > 0 } batch)
        {
            sent.AddRange(batch.Select(e => e.Sequence));
            outbox.Acknowledge(batch[^1].Sequence);
        }

        Assert.Equal(Enumerable.Range(1, 250).Select(n => (long)n), sent);
        Assert.InRange(new OutboxCursor("cloud", Ledger).AcknowledgedThrough, 150, 250); // every 100: what is not kept is sent again
        outbox.Flush();
        Assert.Equal(250, new OutboxCursor("cloud", Ledger).AcknowledgedThrough);
    }

    [Fact]
    public void A_cursor_never_goes_back_nor_beyond_the_end()
    {
        for (var i = 0; i < 10; i++)
            Store.Append(LedgerKind.Note, default, []);
        var outbox = new OutboxCursor("cloud", Ledger, every: 1);
        outbox.Acknowledge(8);
        outbox.Acknowledge(3);
        Assert.Equal(8, outbox.AcknowledgedThrough);
        Assert.Throws<ArgumentOutOfRangeException>(() => outbox.Acknowledge(11));
        Assert.Throws<ArgumentOutOfRangeException>(() => outbox.Begin(0, 5));
        outbox.Begin(1, 5);
        Assert.Equal(new CursorPlace(5, 1), Ledger.Cursor("cloud"));
        Assert.Equal([6L, 7L], outbox.Unsent(2).Select(e => e.Sequence));
    }
}
