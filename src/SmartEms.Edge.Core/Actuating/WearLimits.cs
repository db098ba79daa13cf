using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>How often a register may be written: in its life, per day in the long run, and in one burst. Zero = as often as one likes.</summary>
public readonly record struct WearLimits(long Lifetime, double PerDay, double Burst)
{
    /// <summary>A flash cell of an EV charger's registers bears 100 000 writes (go-e Modbus documentation).</summary>
    public const long FlashLifetime = 100_000;

    /// <summary>How long a device shall live at the daily budget.</summary>
    private const double Years = 10;
    private const double DaysPerYear = 365.25;

    public bool IsUnlimited => Lifetime == 0;

    /// <summary>The limits of a wear class; figures of the profile go before its defaults (0 = none). Unknown counts as flash.</summary>
    public static WearLimits Of(WearClass wear, long lifetime = 0, double perDay = 0)
    {
        if (wear == WearClass.Volatile && lifetime == 0 && perDay == 0)
            return default;
        var life = lifetime > 0 ? lifetime : FlashLifetime;
        var daily = perDay > 0 ? perDay : Math.Ceiling(life / (Years * DaysPerYear));
        return new(life, daily, 2 * daily);
    }
}
