using SmartEms.Edge.Core.Quantities;
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
        if (Allowed(readings.ChargeCurrentMax, readings.Voltage) is { } charge)
            range = range.AtLeast(-charge, Bound.BmsCurrent);
        if (Allowed(readings.DischargeCurrentMax, readings.Voltage) is { } discharge)
            range = range.AtMost(discharge, Bound.BmsCurrent);
        return range;
    }

    /// <summary>No current is no power, whatever the voltage; any other current needs the pack voltage to be a power.</summary>
    private static Power? Allowed(Reading<Current> limit, Reading<Voltage> pack)
    {
        if (!limit.IsKnown)
            return null;
        if (limit.Value <= Current.Zero)
            return Power.Zero;
        return pack.IsKnown ? limit.Value * pack.Value : null;
    }
}
