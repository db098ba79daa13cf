using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>Keeps a store open for its one writer. After a failure the store is disposed of, because what it holds in memory can no longer be trusted
/// (a failed fsync forgets the pages it could not write), and opened anew. Called from the writer's thread only, but for <see cref="Current"/>.</summary>
internal sealed class StoreKeeper(IStore? store, Func<IStore>? reopen) : IDisposable
{
    private volatile IStore? current = store;
    private PendingEntry? doubted;
    private long lastSequence = -1;

    /// <summary>The store as it is now; null while it is being opened anew.</summary>
    public IStore? Current => current;

    /// <summary>How often the store was opened anew.</summary>
    public int Recycled { get; private set; }

    /// <summary>Stores entries with one commit and once, even when an earlier attempt failed after the store had already taken them.</summary>
    /// <exception cref="IOException">The store failed; the same list may be handed in again, unchanged, after <see cref="Recycle"/>.</exception>
    public void Append(IReadOnlyList<PendingEntry> entries)
    {
        var (to, newest) = (Opened(), entries[^1]);
        if (lastSequence < 0)
            lastSequence = Newest(to);
        if (ReferenceEquals(doubted, newest) && to.Last(newest.Kind) is { } last && last.Sequence > lastSequence && last.At == newest.At && last.Body.AsSpan().SequenceEqual(newest.Body))
            lastSequence = last.Sequence;
        else
        {
            doubted = newest;
            var drafts = new LedgerDraft[entries.Count];
            for (var i = 0; i < drafts.Length; i++)
                drafts[i] = new(entries[i].Kind, entries[i].At, entries[i].Body);
            lastSequence = to.AppendAll(drafts);
        }
        doubted = null;
    }

    /// <summary>The store, opened if it must be.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public IStore Opened()
    {
        if (current is { } open)
            return open;
        if (reopen is null)
            throw new IOException("The store is closed.");
        open = reopen();
        Recycled++;
        current = open;
        return open;
    }

    /// <summary>Lets go of a store that failed; the next use opens it anew. One that cannot be opened anew is kept.</summary>
    public void Recycle()
    {
        if (reopen is null)
            return;
        Close();
    }

    public void Dispose() => Close();

    private void Close()
    {
        var open = current;
        current = null;
        open?.Dispose();
    }

    private static long Newest(IStore store)
    {
        var newest = 0L;
        foreach (var kind in Enum.GetValues<LedgerKind>())
            newest = Math.Max(newest, store.Last(kind)?.Sequence ?? 0);
        return newest;
    }
}
