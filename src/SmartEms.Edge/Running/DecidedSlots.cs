using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Running;

/// <summary>The quarter-hours this run has decided, as stretches without holes: a clock that steps back must not decide one of them again. Not thread-safe.</summary>
internal sealed class DecidedSlots
{
    /// <summary>Each step of the clock begins a new stretch; who steps more often loses the oldest, which the ledger still knows.</summary>
    private const int MostStretches = 64;

    private readonly List<(long First, long Last)> stretches = [];

    public void Add(Slot slot)
    {
        if (Has(slot))
            return;
        for (var i = 0; i < stretches.Count; i++)
            if (stretches[i].Last + 1 == slot.Index)
            {
                stretches[i] = (stretches[i].First, slot.Index);
                return;
            }
        if (stretches.Count == MostStretches)
            stretches.RemoveAt(0);
        stretches.Add((slot.Index, slot.Index));
    }

    public bool Has(Slot slot)
    {
        foreach (var (first, last) in stretches)
            if (slot.Index >= first && slot.Index <= last)
                return true;
        return false;
    }
}
