using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>What the site and each component may do at this moment, drawn from image and site alone. Battery ranges count discharge positive.</summary>
public sealed record Envelope(
    Limit ImportMax,
    Limit ExportMax,
    ImmutableArray<PowerRange> Batteries,
    ImmutableArray<PowerRange> EvChargers,
    ImmutableArray<PowerRange> PvPlants)
{
    /// <summary>Asks every bound in a fixed order; each can only narrow what the ones before it left.</summary>
    public static Envelope Draw(ProcessImage image, Site site)
    {
        var contacts = ContactState.Of(image, site);
        var (import, export) = GridExchange.Limits(image.Grid, site.Pcc);
        var batteries = ImmutableArray.CreateBuilder<PowerRange>(site.Batteries.Length);
        for (var i = 0; i < site.Batteries.Length; i++)
            batteries.Add(contacts.OfBattery(Obedience.Narrow(BatteryRange(image.Batteries[i], site.Batteries[i], image.Grid), image, site.Batteries[i])));
        var chargers = ImmutableArray.CreateBuilder<PowerRange>(site.EvChargers.Length);
        for (var i = 0; i < site.EvChargers.Length; i++)
            chargers.Add(contacts.OfCharger(Obedience.Narrow(ChargerRange(site.EvChargers[i], site.Pcc), image, site, i)));
        var plants = ImmutableArray.CreateBuilder<PowerRange>(site.PvPlants.Length);
        for (var i = 0; i < site.PvPlants.Length; i++)
            plants.Add(contacts.OfPlant(PowerRange.Of(Power.Zero, site.PvPlants[i].Rated, Bound.Rating), site.PvPlants[i].Rated));
        return new(import, export, batteries.MoveToImmutable(), chargers.MoveToImmutable(), plants.MoveToImmutable());
    }

    private static PowerRange BatteryRange(BatteryReadings readings, Battery battery, GridReadings grid)
    {
        var range = PowerRange.Of(-battery.ChargeMax, battery.DischargeMax, Bound.Rating);
        range = StateOfCharge.Narrow(range, readings, battery);
        range = BmsLimits.Narrow(range, readings);
        range = CellVoltages.Narrow(range, readings, battery);
        range = Temperatures.Narrow(range, readings, battery);
        return UnknownReadings.Narrow(range, readings, grid);
    }

    private static PowerRange ChargerRange(EvCharger charger, Pcc pcc) =>
        PowerRange.Of(Power.Zero, charger.CurrentMax * pcc.NominalVoltage * charger.Phases, Bound.Rating);
}
