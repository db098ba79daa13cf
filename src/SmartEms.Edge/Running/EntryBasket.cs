namespace SmartEms.Edge.Running;

/// <summary>The ledger entries the recorder has in hand: one commit, kept as it is until that has worked.</summary>
internal sealed class EntryBasket
{
    /// <summary>One commit takes so many at most: what a card that lies about its cache may lose stays small.</summary>
    private const int MostEntries = 256;
    private const long MostBytes = 1 << 20;

    private readonly List<PendingEntry> entries = [];

    public bool IsEmpty => entries.Count == 0;

    /// <summary>What it costs in memory, about.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes what has gathered while the last commit ran, behind a note if there is one.</summary>
    public void Fill(Backlog from, PendingEntry? note)
    {
        if (note is not null)
            Take(note);
        while (entries.Count < MostEntries && Bytes < MostBytes && from.TakeEntry() is { } entry)
            Take(entry);
    }

    /// <summary>Stores all with one commit.</summary>
    /// <exception cref="IOException">The store failed; all is still in hand.</exception>
    public void Store(StoreKeeper keeper) => keeper.Append(entries);

    /// <summary>Empties it; gives what it held, which is now durable.</summary>
    public PendingEntry[] Clear()
    {
        PendingEntry[] all = [.. entries];
        entries.Clear();
        Bytes = 0;
        return all;
    }

    /// <summary>Tells everybody who waits that it will take longer; the entries stay.</summary>
    public void ReleaseWaiters()
    {
        foreach (var entry in entries)
            entry.Done.TrySetResult(false);
    }

    private void Take(PendingEntry entry)
    {
        entries.Add(entry);
        Bytes += entry.Bytes;
    }
}
