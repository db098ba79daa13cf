using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>A car's stay at a charger, as far as it was watched. Energy is counted from the measured power alone: chargers do not agree on when their own counters begin.</summary>
/// <param name="Seconds">Since it was plugged in; 0 = no car is there.</param>
/// <param name="Wh">Given to it in this stay, or where no car is there, in the last one; what was not measured is not counted, so that a car rather gets too much.</param>
/// <param name="MostWatts">The most it took while all was offered in this stay; 0 = not seen yet.</param>
/// <param name="UsualWatts">Likewise of the stay before; 0 = not known.</param>
/// <param name="IdleSeconds">So long it has taken nothing of what it was offered.</param>
public readonly record struct CarStay(double Seconds, double Wh, double MostWatts, double UsualWatts, double IdleSeconds)
{
    /// <summary>Less than this is the charger's own need and no charging, W.</summary>
    public const double NothingWatts = 100;

    /// <summary>A car that takes nothing for so long has what it wants.</summary>
    private const double ContentSeconds = 300;

    /// <summary>A car takes its whole power some seconds after it was offered; nearly all was offered.</summary>
    private const double WholeShare = 0.98;

    public bool IsContent => IdleSeconds >= ContentSeconds;

    /// <summary>What it is still to be given to have so much in this stay, Wh: nothing once it has that, or takes nothing more.</summary>
    public double Missing(double wanted) => IsContent ? 0 : Math.Max(0, wanted - (Seconds > 0 ? Wh : 0));

    /// <summary>What the car may be expected to take at full offer, W.</summary>
    public double Expected(Power rated) => MostWatts > 0 ? Math.Min(MostWatts, rated.Watts) : UsualWatts > 0 ? Math.Min(UsualWatts, rated.Watts) : rated.Watts;

    /// <summary>The stay one step later.</summary>
    /// <param name="car">What the charger says now.</param>
    /// <param name="offer">What it was offered in the step, W, and what the charger is rated for.</param>
    /// <param name="seconds">Of the step.</param>
    public CarStay After(EvReadings car, (double Offered, Power Rated) offer, double seconds)
    {
        if (car.State is { IsGood: true, Value: EvState.NoCar })
            return new(0, Wh, 0, MostWatts > 0 ? MostWatts : UsualWatts, 0);
        if (Seconds == 0 && car.State is not { IsGood: true, Value: EvState.Connected or EvState.Charging })
            return this;
        var before = Seconds > 0 ? Wh : 0;
        if (!car.Charge.TryGood(out var charge))
            return this with { Seconds = Seconds + seconds, Wh = before };
        var takes = charge.Watts > NothingWatts;
        return this with
        {
            Seconds = Seconds + seconds,
            Wh = before + (Math.Max(0, charge.Watts) * seconds / 3_600),
            MostWatts = takes && offer.Offered >= WholeShare * offer.Rated.Watts ? Math.Max(MostWatts, charge.Watts) : MostWatts,
            IdleSeconds = takes ? 0 : offer.Offered > 0 ? IdleSeconds + seconds : IdleSeconds,
        };
    }
}
