using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>The moments at which ledger entries really came about: a box that started without the time stamped them wrongly until a time service set its clock,
/// and the step of the clock in the ledger says by how much. Their order is that of their numbers and needs no clock.</summary>
public static class Rebased
{
    /// <summary>A step is noticed by the next look at the clock; what was stamped in between is right already.</summary>
    private static readonly TimeSpan Noticed = TimeSpan.FromMinutes(1);

    /// <param name="entries">In sequence, without holes; a step beyond their end changes nothing.</param>
    /// <returns>One moment per entry.</returns>
    public static Instant[] Moments(IReadOnlyList<LedgerEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var moments = new Instant[entries.Count];
        for (var i = 0; i < moments.Length; i++)
        {
            moments[i] = entries[i].At;
            if (entries[i].Kind != LedgerKind.ClockStep || ClockStep.FromBytes(entries[i].Body) is not { DoubtedSince: { } since } step)
                continue;
            for (var before = i - 1; before >= 0; before--)
            {
                if (moments[before] >= since && moments[before] <= step.Expected)
                    moments[before] += step.By;
                else if (moments[before] > step.Found || step.Found - moments[before] > Noticed)
                    break; // another run, or stamped by a clock that was trusted
            }
        }
        return moments;
    }
}
