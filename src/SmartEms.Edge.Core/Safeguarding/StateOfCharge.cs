using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>SoC bounds: no discharge at or below the lower one, no charge at or above the upper one; power fades over the last 1 %.</summary>
public static class StateOfCharge
{
    private const double FadeRatio = 0.01;

    public static PowerRange Narrow(PowerRange range, BatteryReadings readings, Battery battery)
    {
        if (!readings.Soc.IsKnown)
            return range;
        var soc = readings.Soc.Value.Ratio;
        return range
            .AtMost(battery.DischargeMax * Derating.Share(soc - battery.SocMin.Ratio, FadeRatio), Bound.SocMin)
            .AtLeast(-battery.ChargeMax * Derating.Share(battery.SocMax.Ratio - soc, FadeRatio), Bound.SocMax);
    }
}
