using System.Security.Cryptography;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Something in the ledger that is not as it was written.</summary>
public sealed record LedgerFault(long Sequence, string What);

/// <summary>What a look at the ledger found. <paramref name="First"/> is above 1 where older entries were pruned.</summary>
public sealed record LedgerVerdict(long Entries, long First, LedgerHead Head, int Checkpoints, IReadOnlyList<LedgerGap> Gaps, IReadOnlyList<LedgerFault> Faults)
{
    /// <summary>Checkpoints nobody could check, because no key was given.</summary>
    public int Unchecked { get; init; }

    public bool IsSound => Faults.Count == 0;
}

/// <summary>Looks at entries in sequence and tells what was changed, removed or re-ordered. It needs public keys only.</summary>
/// <param name="keys">The keys that may have signed; empty = signatures are counted, not checked.</param>
/// <param name="before">The end of the chain before the first entry shown, where that is known.</param>
public sealed class LedgerVerifier(IReadOnlyList<ECDsa> keys, LedgerHead? before = null)
{
    private const int MostFaults = 1000;

    private readonly List<LedgerFault> faults = [];
    private readonly List<LedgerGap> gaps = [];
    private readonly List<(long From, long To)> holes = [];
    private LedgerHead? last = before;
    private bool anchored = before is not null;
    private long first;
    private long entries;
    private int checkpoints;
    private int uncheckable;

    public void Look(LedgerEntry entry)
    {
        if (entries++ == 0)
            Begin(entry);
        var expected = last?.Sequence + 1 ?? entry.Sequence;
        var follows = last is { } head && LedgerChain.Follows(head.Chain, entry);
        var sound = LedgerChain.IsSound(entry);
        if (!sound)
            Fault(entry.Sequence, "does not have the CRC it was written with: it is damaged");
        else if (entry.Sequence < expected)
            Fault(entry.Sequence, $"stands behind entry {expected - 1}: the order is wrong");
        else if (entry.Sequence > expected)
            holes.Add((expected, entry.Sequence - 1));
        else if (anchored && !follows)
            Fault(entry.Sequence, "does not follow in the chain: it or an entry before it was changed");
        if (sound)
            Special(entry);
        last = new(entry.Sequence, entry.Seal.Chain);
        anchored = sound && (follows || entry.Sequence >= expected); // one fault is told once, not at every entry behind it
    }

    /// <summary>The database gave nothing more behind the last entry it showed.</summary>
    public void Unreadable(string why) => Fault((last?.Sequence ?? 0) + 1, $"and perhaps more cannot be read: {why}");

    public LedgerVerdict Verdict()
    {
        foreach (var (from, to) in holes)
            if (Missing(from, to) is { } number)
                Fault(number, $"is missing ({from} to {to} are not there), and no gap record says why");
        return new(entries, first, last ?? default, checkpoints, gaps, faults) { Unchecked = uncheckable };
    }

    private void Begin(LedgerEntry entry)
    {
        first = entry.Sequence;
        if (entry.Sequence == 1 && last is null)
            (last, anchored) = (default(LedgerHead), true);
    }

    private void Special(LedgerEntry entry)
    {
        try
        {
            if (entry.Kind == LedgerKind.Gap && entry.Body.Length > 0)
                gaps.Add(LedgerGap.FromBytes(entry.Body));
            else if (entry.Kind == LedgerKind.Checkpoint && entry.Body.Length > 0)
                Checkpoint(entry, LedgerCheckpoint.FromBytes(entry.Body));
        }
        catch (InvalidDataException damage)
        {
            Fault(entry.Sequence, damage.Message);
        }
    }

    private void Checkpoint(LedgerEntry entry, LedgerCheckpoint point)
    {
        checkpoints++;
        if (last is { } head && anchored && head.Sequence == entry.Sequence - 1 && point.Head != head)
            Fault(entry.Sequence, $"is a checkpoint of another chain than the one before it (it signs entry {point.Head.Sequence})");
        if (keys.Count == 0)
        {
            uncheckable++;
            return;
        }
        var known = false;
        foreach (var key in keys)
        {
            if (LedgerCheckpoint.IdOf(key) != point.KeyId)
                continue;
            known = true;
            if (!point.IsSignedBy(key, entry.At))
                Fault(entry.Sequence, "is a checkpoint whose signature is wrong");
        }
        if (!known)
            Fault(entry.Sequence, $"is a checkpoint signed by a key that was not given ({point.KeyId:x16})");
    }

    /// <summary>The first number of a hole that no gap record speaks of.</summary>
    private long? Missing(long from, long to)
    {
        while (from <= to)
        {
            var reached = from;
            foreach (var gap in gaps)
                if (gap.From <= from && gap.To >= from)
                    reached = Math.Max(reached, gap.To + 1);
            if (reached == from)
                return from;
            from = reached;
        }
        return null;
    }

    private void Fault(long sequence, string what)
    {
        if (faults.Count < MostFaults)
            faults.Add(new(sequence, $"entry {sequence} {what}"));
    }
}
