namespace SmartEms.Edge.Core.Recording;

/// <summary>The ledger as a sequence of sealed entries (see <see cref="LedgerChain"/>), the one a store keeps.</summary>
public interface ILedger
{
    /// <summary>The last entry's number and chain.</summary>
    LedgerHead Head { get; }

    /// <summary>Appends all or none with one durable commit, and gives the last number. Empty gives the number there was.</summary>
    long AppendAll(ReadOnlySpan<LedgerDraft> entries);

    /// <summary>Entries of every kind with a higher number, in sequence, with their seals; at most <paramref name="most"/>.</summary>
    IReadOnlyList<LedgerEntry> After(long sequence, int most);

    /// <summary>Where a receiver's cursor stood when it was last kept, or null.</summary>
    CursorPlace? Cursor(string name);

    /// <summary>Keeps a cursor durably.</summary>
    void Keep(string name, CursorPlace place);
}
