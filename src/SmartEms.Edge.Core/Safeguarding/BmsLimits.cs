using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>What the battery's own management allows: charge and discharge current limits (CCL, DCL) and its two permissions.</summary>
public static class BmsLimits
{
    public static PowerRange Narrow(PowerRange range, BatteryReadings readings)
    {
        if (readings.ChargeAllowed.IsKnown && !readings.ChargeAllowed.Value)
            range = range.AtLeast(default, Bound.BmsForbids);
        if (readings.DischargeAllowed.IsKnown && !readings.DischargeAllowed.Value)
            range = range.AtMost(default, Bound.BmsForbids);
        if (!readings.Voltage.IsKnown)
            return range;
        if (readings.ChargeCurrentMax.IsKnown)
            range = range.AtLeast(-(readings.ChargeCurrentMax.Value * readings.Voltage.Value), Bound.BmsCurrent);
        if (readings.DischargeCurrentMax.IsKnown)
            range = range.AtMost(readings.DischargeCurrentMax.Value * readings.Voltage.Value, Bound.BmsCurrent);
        return range;
    }
}
