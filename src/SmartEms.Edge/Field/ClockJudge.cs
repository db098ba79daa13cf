using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>What the machine says of its clock.</summary>
internal readonly record struct ClockSigns(bool IsSynchronised, bool HasRealTimeClock);

/// <summary>Says how far the wall clock can be believed: the only place that does. The machine is asked every 10 s at most.</summary>
internal sealed class ClockJudge(Func<ClockSigns> signs, TimeProvider time)
{
    private const long EveryMs = 10_000;

    /// <summary>No build of this program is older, and none will live so long.</summary>
    private static readonly Instant Earliest = Instant.From(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly Instant Latest = Instant.From(new(2076, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly Lock gate = new();
    private bool wasSynchronised;
    private ClockTrust last;
    private long? askedAt;

    /// <summary>When the last run made its newest record: a clock that says earlier has lost time.</summary>
    public Instant NotBefore { get; set; } = Earliest;

    public ClockTrust Look()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            if (askedAt is not { } before || time.GetElapsedTime(before, now).TotalMilliseconds >= EveryMs)
                (last, askedAt) = (Judge(signs(), Instant.From(time.GetUtcNow())), now);
            return last;
        }
    }

    private ClockTrust Judge(ClockSigns say, Instant now)
    {
        var isPossible = now >= Earliest && now < Latest;
        if (isPossible && say.IsSynchronised)
        {
            wasSynchronised = true;
            return ClockTrust.Synced;
        }
        if (isPossible && (wasSynchronised || (say.HasRealTimeClock && now >= NotBefore)))
            return ClockTrust.Holdover;
        return say.HasRealTimeClock ? ClockTrust.Unsynced : ClockTrust.NoRtc;
    }
}
