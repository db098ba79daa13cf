using System.Collections.Immutable;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>Who came to a charger and when they left, as the quarter-hours saw it.</summary>
/// <param name="Since">Begin of the stay that goes on; null = no car is there.</param>
/// <param name="Wh">Given to it so far.</param>
/// <param name="Stays">Those that have ended, the oldest first, at most <see cref="StaysMost"/>.</param>
public sealed record CarLog(Instant? Since, double Wh, ImmutableArray<EvStay> Stays)
{
    /// <summary>Two months of a car that is plugged in every evening.</summary>
    public const int StaysMost = 60;

    public static CarLog Empty { get; } = new(null, 0, []);

    /// <summary>The log as a quarter-hour begins.</summary>
    /// <param name="now">Its begin.</param>
    /// <param name="state">What the charger says.</param>
    /// <param name="stay">What the seconds have watched.</param>
    public CarLog After(Instant now, Reading<EvState> state, CarStay stay)
    {
        if (!state.IsGood || state.Value is EvState.Unknown or EvState.Error)
            return this;
        if (stay.Seconds <= 0 || state.Value == EvState.NoCar)
            return Since is { } begun ? (this with { Wh = Math.Max(Wh, stay.Wh) }).Ended(begun, now) : this; // the seconds went on counting after the last quarter-hour began
        var since = now + TimeSpan.FromSeconds(-Math.Floor(stay.Seconds));
        if (Since is { } before && since - before > Slot.Length)
            return Ended(before, since) with { Since = since, Wh = stay.Wh }; // another car, within one quarter-hour
        return this with { Since = Since ?? since, Wh = stay.Wh };
    }

    private CarLog Ended(Instant since, Instant at)
    {
        if (at <= since)
            return this with { Since = null, Wh = 0 };
        var stays = Stays.Length < StaysMost ? Stays : Stays.RemoveRange(0, Stays.Length - StaysMost + 1);
        return new(null, 0, stays.Add(new(since, at, Wh)));
    }
}
