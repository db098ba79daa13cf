using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Syncing;

/// <summary>The recorder's ledger for whoever sends it: it is asked for anew each time, because a store that failed is opened anew.
/// <see cref="IOException"/> while it cannot be had.</summary>
internal sealed class StoredLedger(Recorder recorder) : ILedger
{
    public LedgerHead Head => recorder.Look(store => Of(store).Head);

    /// <summary>Entries are appended by the recorder alone.</summary>
    public long AppendAll(ReadOnlySpan<LedgerDraft> entries) => throw new NotSupportedException();

    public IReadOnlyList<LedgerEntry> After(long sequence, int most) => recorder.Look(store => Of(store).After(sequence, most));

    public CursorPlace? Cursor(string name) => recorder.Look(store => Of(store).Cursor(name));

    public void Keep(string name, CursorPlace place) => recorder.Look(store =>
    {
        Of(store).Keep(name, place);
        return true;
    });

    private static ILedger Of(Core.IStore store) => store as ILedger ?? throw new IOException("The store keeps no ledger that can be sent.");
}
