using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Unknown means limited: without a Good SoC, its own power or the grid meter a battery rests; a BMS value that should be there and is Bad rests it too.</summary>
public static class UnknownReadings
{
    public static PowerRange Narrow(PowerRange range, BatteryReadings readings, GridReadings grid)
    {
        if (!readings.Soc.IsGood || !readings.Discharge.IsGood || !grid.Import.IsGood)
            return range.Nothing(Bound.UnknownReading);
        return BmsSilent(readings) ? range.Nothing(Bound.UnknownReading) : range;
    }

    /// <summary>A cell or current-limit value that the installed devices give is Bad.</summary>
    public static bool BmsSilent(BatteryReadings readings) =>
        Missing(readings.Voltage) || Missing(readings.Temperature)
        || Missing(readings.CellVoltageMin) || Missing(readings.CellVoltageMax)
        || Missing(readings.ChargeCurrentMax) || Missing(readings.DischargeCurrentMax)
        || Missing(readings.ChargeAllowed) || Missing(readings.DischargeAllowed);

    private static bool Missing<T>(Reading<T> reading)
        where T : struct => reading.Quality.Trust == Trust.Bad && reading.Quality.Reason != BadReason.NotInstalled;
}
