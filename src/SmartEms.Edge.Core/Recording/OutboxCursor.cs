namespace SmartEms.Edge.Core.Recording;

/// <summary>How far a receiver has acknowledged. The epoch counts the lives of a receiver's memory: a new one begins again from where it says.</summary>
public readonly record struct CursorPlace(long Through, long Epoch);

/// <summary>What is to be sent, told by one number instead of a row for each message: the ledger is the queue. An old cursor after a crash costs
/// duplicates, which the receiver drops by number; it never costs an entry.</summary>
/// <param name="name">The receiver.</param>
/// <param name="ledger">Where the entries and the cursor lie.</param>
/// <param name="every">The cursor is made durable after so many acknowledged entries; in between it lives in memory.</param>
public sealed class OutboxCursor(string name, ILedger ledger, int every = 100)
{
    private CursorPlace place = ledger.Cursor(name) ?? default;
    private CursorPlace kept = ledger.Cursor(name) ?? default;

    public string Name => name;

    /// <summary>Everything up to this number has arrived at the receiver.</summary>
    public long AcknowledgedThrough => place.Through;

    public long Epoch => place.Epoch;

    /// <summary>The next entries to send, in sequence, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<LedgerEntry> Unsent(int most) => ledger.After(place.Through, most);

    /// <summary>The receiver has everything up to this number. An older number than the one known is ignored: a cursor never goes back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entry yet.</exception>
    public void Acknowledge(long through)
    {
        if (through <= place.Through)
            return;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(through, ledger.Head.Sequence);
        place = place with { Through = through };
        if (place.Through - kept.Through >= every)
            Flush();
    }

    /// <summary>The receiver has begun a new life and knows everything up to a number, which may be less than before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is not newer.</exception>
    public void Begin(long epoch, long through)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(epoch, place.Epoch);
        place = new(Math.Clamp(through, 0, ledger.Head.Sequence), epoch);
        Flush();
    }

    /// <summary>Makes the cursor durable now.</summary>
    public void Flush()
    {
        if (place == kept)
            return;
        ledger.Keep(name, place);
        kept = place;
    }
}
