using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>SoC bounds: no discharge at or below the lower one or the backup reserve, no charge at or above the upper one; power fades over the last 1 %.</summary>
public static class StateOfCharge
{
    private const double FadeRatio = 0.01;

    /// <param name="range">What the bounds before left.</param>
    /// <param name="readings">The battery now.</param>
    /// <param name="battery">Its bounds.</param>
    /// <param name="isIsland">The grid is lost: that is what the backup reserve was kept for.</param>
    public static PowerRange Narrow(PowerRange range, BatteryReadings readings, Battery battery, bool isIsland)
    {
        if (!readings.Soc.IsKnown)
            return range;
        var soc = readings.Soc.Value.Ratio;
        return range
            .AtMost(battery.DischargeMax * Derating.Share(soc - battery.SocMin.Ratio, FadeRatio), Bound.SocMin)
            .AtMost(battery.DischargeMax * (isIsland ? 1 : Derating.Share(soc - battery.BackupReserve.Ratio, FadeRatio)), Bound.BackupReserve)
            .AtLeast(-battery.ChargeMax * Derating.Share(battery.SocMax.Ratio - soc, FadeRatio), Bound.SocMax);
    }
}
