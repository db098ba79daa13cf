using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>The highest quarter-hour of a billing period, as far as it has been measured: what is paid for already.</summary>
/// <param name="Period">As <see cref="DemandCharge.PeriodOf"/> counts.</param>
/// <param name="Watts">Mean import, never negative.</param>
public readonly record struct DemandPeak(long Period, double Watts)
{
    /// <summary>With what was imported in the quarter-hour that has ended. The first quarter-hour of another billing period begins with nothing.</summary>
    /// <param name="import">W; NaN = not measured.</param>
    /// <param name="ended">The billing period of the quarter-hour that has ended.</param>
    /// <param name="begins">The billing period of the one that begins.</param>
    public DemandPeak After(double import, long ended, long begins)
    {
        var peak = In(ended);
        return (import > peak.Watts ? peak with { Watts = import } : peak).In(begins);
    }

    private DemandPeak In(long period) => Period == period ? this : new(period, 0);
}
