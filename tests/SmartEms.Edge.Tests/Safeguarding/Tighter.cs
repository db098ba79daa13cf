using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>The same site with tighter limits.</summary>
internal static class Tighter
{
    public const int Ways = 8;

    /// <param name="site">Whose limits are tightened.</param>
    /// <param name="kept">For each way, what is left of the limit, 0–1.</param>
    public static Site Of(Site site, double[] kept) => site with
    {
        Pcc = site.Pcc with
        {
            ImportMax = site.Pcc.ImportMax * kept[0],
            ExportMax = site.Pcc.ExportMax * kept[1],
            PhaseCurrentMax = site.Pcc.PhaseCurrentMax * kept[2],
            VoltageTolerance = site.Pcc.VoltageTolerance * kept[3],
            UnbalanceMax = Current.FromAmperes((site.Pcc.UnbalanceMax?.Amperes ?? 20) * kept[4]),
        },
        Batteries = [.. site.Batteries.Select(battery => battery with
        {
            ChargeMax = battery.ChargeMax * kept[5],
            DischargeMax = battery.DischargeMax * kept[5],
            SocMin = Toward(battery.SocMin, kept[6]),
            SocMax = Toward(battery.SocMax, kept[6]),
            BackupReserve = Fraction.FromRatio(Math.Max(battery.BackupReserve.Ratio, 1 - kept[6])),
            CellVoltageMin = Voltage.FromVolts(3.2 - ((3.2 - battery.CellVoltageMin.Volts) * kept[6])),
            CellVoltageMax = Voltage.FromVolts(3.2 + ((battery.CellVoltageMax.Volts - 3.2) * kept[6])),
            ChargeTemperatureMax = Temperature.FromCelsius(battery.ChargeTemperatureMax.Celsius * kept[6]),
            DischargeTemperatureMax = Temperature.FromCelsius(battery.DischargeTemperatureMax.Celsius * kept[6]),
        })],
        EvChargers = [.. site.EvChargers.Select(charger => charger with { CurrentMax = charger.CurrentMax * kept[7] })],
        PvPlants = [.. site.PvPlants.Select(plant => plant with { Rated = plant.Rated * kept[7] })],
    };

    private static Fraction Toward(Fraction bound, double kept) => Fraction.FromRatio(0.5 + ((bound.Ratio - 0.5) * kept));
}
