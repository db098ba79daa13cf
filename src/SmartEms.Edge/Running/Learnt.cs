using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>What a site had learnt at a record, from what the store holds.</summary>
internal static class Learnt
{
    /// <summary>A brain is stored once a day; records of two days are more than lie between.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromDays(2);

    /// <summary>What was known before the record of an entry: the last brain stored before it, rolled on with the records between. Null = nothing was learnt.
    /// Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static Brain? Before(IStore store, LedgerEntry entry, Site site)
    {
        LedgerEntry? stored = null;
        foreach (var one in store.Read(LedgerKind.Brain, entry.At + -Around, entry.At + Around))
            if (one.Sequence < entry.Sequence)
                stored = one;
        if (stored is null)
            return null;
        var brain = (Brain?)BrainWire.FromBytes(stored.Body);
        foreach (var one in store.Read(LedgerKind.Cycle, stored.At, entry.At + Around))
            if (one.Sequence > stored.Sequence && one.Sequence < entry.Sequence)
                brain = BrainWire.After(brain, CycleRecord.FromBytes(one.Body), site);
        return brain;
    }
}
