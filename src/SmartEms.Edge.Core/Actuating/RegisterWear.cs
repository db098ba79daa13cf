using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>How a budget stands for one register. <paramref name="Key"/> is "device unit space address".</summary>
/// <param name="Key">Which register of which device.</param>
/// <param name="Written">Writes in its life as far as they are known; never too few.</param>
/// <param name="Tokens">Writes that may be made now.</param>
/// <param name="At">The moment the tokens were counted.</param>
/// <param name="Since">The moment counting began.</param>
public sealed record RegisterWear(string Key, long Written, double Tokens, Instant At, Instant Since)
{
    private const double MillisecondsPerDay = 86_400_000;

    /// <summary>The tokens grow with time up to one burst; a clock that went back gives none.</summary>
    public RegisterWear Grown(Instant now, WearLimits limits)
    {
        var days = (now.UnixMilliseconds - At.UnixMilliseconds) / MillisecondsPerDay;
        return days <= 0 ? this : this with { At = now, Tokens = Math.Min(limits.Burst, Tokens + (days * limits.PerDay)) };
    }

    /// <summary>Writes per day since counting began; null during the first hour.</summary>
    public double? PerDay(Instant now)
    {
        var days = (now.UnixMilliseconds - Since.UnixMilliseconds) / MillisecondsPerDay;
        return days * 24 >= 1 ? Written / days : null;
    }

    /// <summary>How long the register lasts at the pace it has been written so far, years; null while nobody can say.</summary>
    public double? LifeYears(Instant now, WearLimits limits) =>
        limits.IsUnlimited || PerDay(now) is not { } pace || pace <= 0 ? null : Math.Max(0, limits.Lifetime - Written) / pace / 365.25;
}
