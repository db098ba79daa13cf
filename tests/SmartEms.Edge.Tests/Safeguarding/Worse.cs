using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>One Good reading of an image made Bad, as if its device had fallen silent.</summary>
internal static class Worse
{
    public static (ProcessImage Image, bool IsCurrent) Of(ProcessImage image, Dice dice)
    {
        var which = dice.Below(20);
        var grid = image.Grid;
        if (which < 8 || image.Batteries.IsEmpty)
            return (image with
            {
                Grid = (which % 8) switch
                {
                    0 => grid with { Import = Lose(grid.Import) },
                    1 => grid with { VoltageL1 = Lose(grid.VoltageL1) },
                    2 => grid with { VoltageL2 = Lose(grid.VoltageL2) },
                    3 => grid with { VoltageL3 = Lose(grid.VoltageL3) },
                    4 => grid with { CurrentL1 = Lose(grid.CurrentL1) },
                    5 => grid with { CurrentL2 = Lose(grid.CurrentL2) },
                    6 => grid with { CurrentL3 = Lose(grid.CurrentL3) },
                    _ => grid with { Frequency = Lose(grid.Frequency) },
                },
            }, which % 8 is 0 or 4 or 5 or 6);
        return (image with { Batteries = image.Batteries.With(dice.Below(image.Batteries.Length), battery => Worsen(battery, which)) }, false);
    }

    private static BatteryReadings Worsen(BatteryReadings battery, int which) => which switch
    {
        8 => battery with { Discharge = Lose(battery.Discharge) },
        9 => battery with { Soc = Lose(battery.Soc) },
        10 => battery with { Voltage = Lose(battery.Voltage) },
        11 => battery with { Temperature = Lose(battery.Temperature) },
        12 => battery with { CellVoltageMin = Lose(battery.CellVoltageMin) },
        13 => battery with { CellVoltageMax = Lose(battery.CellVoltageMax) },
        14 => battery with { ChargeCurrentMax = Lose(battery.ChargeCurrentMax) },
        15 => battery with { DischargeCurrentMax = Lose(battery.DischargeCurrentMax) },
        16 => battery with { ChargeAllowed = Lose(battery.ChargeAllowed) },
        17 => battery with { DischargeAllowed = Lose(battery.DischargeAllowed) },
        18 => battery with { Soc = battery.Soc with { Quality = Age(battery.Soc.Quality) } },
        _ => battery with { Discharge = battery.Discharge with { Quality = Age(battery.Discharge.Quality) } },
    };

    private static Reading<T> Lose<T>(Reading<T> reading)
        where T : struct => reading.Quality.Reason == BadReason.NotInstalled ? reading : Reading.Bad<T>(BadReason.Timeout);

    private static Quality Age(Quality quality) => quality.Trust == Trust.Good ? Quality.Uncertain(quality.AgeMs + 60_000) : quality;
}
