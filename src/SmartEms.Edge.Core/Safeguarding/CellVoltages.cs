using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>The highest cell stops charging and the lowest stops discharging; both fade over the last 50 mV.</summary>
public static class CellVoltages
{
    private const double FadeVolts = 0.05;

    public static PowerRange Narrow(PowerRange range, BatteryReadings readings, Battery battery)
    {
        if (readings.CellVoltageMax.IsKnown)
        {
            var share = Derating.Share((battery.CellVoltageMax - readings.CellVoltageMax.Value).Volts, FadeVolts);
            range = range.AtLeast(-battery.ChargeMax * share, Bound.CellVoltage);
        }
        if (readings.CellVoltageMin.IsKnown)
        {
            var share = Derating.Share((readings.CellVoltageMin.Value - battery.CellVoltageMin).Volts, FadeVolts);
            range = range.AtMost(battery.DischargeMax * share, Bound.CellVoltage);
        }
        return range;
    }
}
