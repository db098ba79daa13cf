using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>The two times the daemon lives by: monotonic milliseconds for ages and rhythms, UTC for slots and stamps.</summary>
/// <param name="time">Both of them.</param>
/// <param name="judge">Says how far UTC can be believed; where nobody does, somebody else answers for it.</param>
internal sealed class SiteClock(TimeProvider time, ClockJudge? judge = null)
{
    private readonly long startedAt = time.GetTimestamp();

    public TimeProvider Time => time;

    public long UptimeMs => (long)time.GetElapsedTime(startedAt).TotalMilliseconds;

    public Instant Now => Instant.From(time.GetUtcNow());

    public ClockTrust Trust => judge?.Look() ?? ClockTrust.Synced;
}

/// <summary>What a device session stands in: its bus, its clock, who hears its receipts and counts its writes, and what one ampere at its charger means in watts.</summary>
internal sealed record SessionSurroundings(IRegisterBus Bus, SiteClock Clock, Proofs Proofs, double WattsPerAmpere);

/// <summary>Who hears what became of setpoints, and who counts the writes.</summary>
internal sealed record Proofs(Action<Receipt> OnReceipt, WriteBudget Budget)
{
    /// <summary>What is held on which device.</summary>
    public HoldJournal Holds { get; init; } = new();

    /// <summary>What the site file before this one held, and this one goes on holding: it is not handed back first.</summary>
    public ImmutableHashSet<(string Device, ControlKind Kind)> GoesOn { get; init; } = [];
}
