using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Energy and money since a start, integrated from measured powers, Wh and the tariff's currency. Steps without a Good meter are counted, not guessed.</summary>
public sealed class Tally(Site site)
{
    /// <summary>Told by the quarter-hour's rhythm, read by the second's: one reference, so that never half of it is seen.</summary>
    private volatile Rate rate = new(site.Tariff.Import, site.Tariff.Export);

    public double ImportWh { get; private set; }
    public double ExportWh { get; private set; }
    public double PvWh { get; private set; }
    public double ChargedWh { get; private set; }
    public double DischargedWh { get; private set; }
    public double EvWh { get; private set; }
    public double Cost { get; private set; }
    public double Seconds { get; private set; }
    public double BlindSeconds { get; private set; }

    /// <summary>Load = import − export + PV + discharge − charge − EV.</summary>
    public double LoadWh => ImportWh - ExportWh + PvWh + DischargedWh - ChargedWh - EvWh;

    /// <summary>What a kWh costs from now on, where that changes.</summary>
    public void Charge(Price import) => rate = new(import, site.Tariff.ExportAt(import));

    public void Add(ProcessImage image, double seconds)
    {
        Seconds += seconds;
        var hours = seconds / 3600;
        if (image.Grid.Import.TryGood(out var import))
            Exchange(import.Watts * hours);
        else
            BlindSeconds += seconds;
        foreach (var plant in image.PvPlants)
            PvWh += plant.Production.GoodOr(default).Watts * hours;
        foreach (var charger in image.EvChargers)
            EvWh += charger.Charge.GoodOr(default).Watts * hours;
        foreach (var battery in image.Batteries)
            Store(battery.Discharge.GoodOr(default).Watts * hours);
    }

    private void Exchange(double wattHours)
    {
        if (wattHours >= 0)
        {
            ImportWh += wattHours;
            Cost += wattHours / 1000 * rate.Import.PerKilowattHour;
            return;
        }
        ExportWh -= wattHours;
        Cost += wattHours / 1000 * rate.Export.PerKilowattHour;
    }

    private void Store(double wattHours)
    {
        if (wattHours >= 0)
            DischargedWh += wattHours;
        else
            ChargedWh -= wattHours;
    }

    private sealed record Rate(Price Import, Price Export);
}
