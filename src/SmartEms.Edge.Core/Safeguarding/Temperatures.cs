using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Charging and discharging each have their own temperature range; power fades over the 5 K inside each edge.</summary>
public static class Temperatures
{
    private const double FadeKelvin = 5;

    public static PowerRange Narrow(PowerRange range, BatteryReadings readings, Battery battery)
    {
        if (!readings.Temperature.IsKnown)
            return range;
        var now = readings.Temperature.Value.Celsius;
        var charge = Share(now, battery.ChargeTemperatureMin.Celsius, battery.ChargeTemperatureMax.Celsius);
        var discharge = Share(now, battery.DischargeTemperatureMin.Celsius, battery.DischargeTemperatureMax.Celsius);
        return range
            .AtLeast(-battery.ChargeMax * charge, Bound.Temperature)
            .AtMost(battery.DischargeMax * discharge, Bound.Temperature);
    }

    private static double Share(double now, double low, double high) =>
        Math.Min(Derating.Share(now - low, FadeKelvin), Derating.Share(high - now, FadeKelvin));
}
