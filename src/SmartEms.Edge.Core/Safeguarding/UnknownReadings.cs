using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Unknown means limited: what the failsafe table says of a battery's own readings and of the meter.</summary>
public static class UnknownReadings
{
    public static PowerRange Narrow(PowerRange range, Reactions reactions, int battery) =>
        reactions.Has(FailsafeAct.AllBatteriesRest) || reactions.BatteryHas(battery, FailsafeAct.BatteryRests) ? range.Nothing(Bound.UnknownReading) : range;

    /// <summary>A cell or current-limit value that the installed devices give is Bad.</summary>
    public static bool BmsSilent(BatteryReadings readings) =>
        Missing(readings.Voltage) || Missing(readings.Temperature)
        || Missing(readings.CellVoltageMin) || Missing(readings.CellVoltageMax)
        || Missing(readings.ChargeCurrentMax) || Missing(readings.DischargeCurrentMax)
        || Missing(readings.ChargeAllowed) || Missing(readings.DischargeAllowed);

    private static bool Missing<T>(Reading<T> reading)
        where T : struct => reading.Quality.Trust == Trust.Bad && reading.Quality.Reason != BadReason.NotInstalled;
}
