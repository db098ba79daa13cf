using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>Says whether a quarter-hour has been decided, in this run or, as the ledger knows, in one before. The ledger is asked only when the clock is behind,
/// and a disk that hangs is not waited for.</summary>
internal sealed class SlotBook
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    private readonly Recorder recorder;
    private readonly TimeProvider realTime;
    private readonly DecidedSlots decided = new();
    private Slot? newest;
    private Slot? looked;

    /// <param name="recorder">Knows the ledger.</param>
    /// <param name="realTime">Bounds the wait for it.</param>
    /// <param name="last">The slot decided last by the run before.</param>
    /// <param name="now">The wall clock.</param>
    public SlotBook(Recorder recorder, TimeProvider realTime, Slot? last, Instant now)
    {
        (this.recorder, this.realTime, newest) = (recorder, realTime, last);
        if (last is not { } slot)
            return;
        decided.Add(slot);
        looked = slot == Slot.Of(now) ? slot : null;
    }

    /// <summary>The newest slot that was decided, by this run or one before; null = none is known.</summary>
    public Slot? Newest => newest;

    /// <summary>The wall clock shows another slot than when it was last taken.</summary>
    public bool IsNew(Slot slot) => looked != slot;

    /// <summary>True when the slot has not been decided yet, and is from now on.</summary>
    public async Task<bool> TakeAsync(Slot slot)
    {
        looked = slot;
        if (decided.Has(slot) || (newest is { } last && slot < last && await IsInLedgerAsync(slot)))
            return false;
        decided.Add(slot);
        newest = newest is { } before && before > slot ? before : slot;
        return true;
    }

    private async Task<bool> IsInLedgerAsync(Slot slot)
    {
        var asked = Task.Run(() => IsInLedger(slot));
        return await Task.WhenAny(asked, Task.Delay(AnswersWithin, realTime)) == asked && await asked;
    }

    private bool IsInLedger(Slot slot)
    {
        try
        {
            return recorder.Look(store => store.Read(LedgerKind.Cycle, slot.Start, slot.End).Any());
        }
        catch (IOException)
        {
            return false; // the slot is decided once more rather than not at all
        }
    }
}
