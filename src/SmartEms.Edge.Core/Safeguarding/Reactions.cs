using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>What the failsafe table asks for at one moment: of the whole site, and of each battery, charger and plant.</summary>
public sealed record Reactions(FailsafeAct Site, ImmutableArray<FailsafeAct> Batteries, ImmutableArray<FailsafeAct> EvChargers, ImmutableArray<FailsafeAct> PvPlants)
{
    public static Reactions Of(ProcessImage image, Site site)
    {
        var batteries = new FailsafeAct[site.Batteries.Length];
        for (var i = 0; i < batteries.Length; i++)
            batteries[i] = OfBattery(image.Batteries[i]) | OfControl(image, site.Batteries[i].Device, ControlKind.BatteryDischarge);
        var chargers = new FailsafeAct[site.EvChargers.Length];
        for (var i = 0; i < chargers.Length; i++)
            chargers[i] = Failsafe.Of(SafetyInput.ChargerPower, image.EvChargers[i].Charge.Quality) | OfControl(image, site.EvChargers[i].Device, ControlKind.EvCurrent);
        var plants = new FailsafeAct[site.PvPlants.Length];
        for (var i = 0; i < plants.Length; i++)
            plants[i] = Failsafe.Of(SafetyInput.PvPower, image.PvPlants[i].Production.Quality) | OfControl(image, site.PvPlants[i].Device, ControlKind.PvLimit);
        return new(OfGrid(image.Grid), Frozen(batteries), Frozen(chargers), Frozen(plants));
    }

    public bool Has(FailsafeAct reaction) => (Site & reaction) != 0;

    public bool BatteryHas(int index, FailsafeAct reaction) => (Batteries[index] & reaction) != 0;

    public bool ChargerHas(int index, FailsafeAct reaction) => (EvChargers[index] & reaction) != 0;

    public bool PlantHas(int index, FailsafeAct reaction) => (PvPlants[index] & reaction) != 0;

    private static FailsafeAct OfGrid(GridReadings grid) => Failsafe.OfNamed(SafetyInput.GridPower, grid.Import.Quality);

    private static FailsafeAct OfBattery(BatteryReadings now) =>
        Failsafe.OfNamed(SafetyInput.BatterySoc, now.Soc.Quality) | Failsafe.OfNamed(SafetyInput.BatteryPower, now.Discharge.Quality)
        | Bms(now.Voltage.Quality) | Bms(now.Temperature.Quality)
        | Bms(now.CellVoltageMin.Quality) | Bms(now.CellVoltageMax.Quality)
        | Bms(now.ChargeCurrentMax.Quality) | Bms(now.DischargeCurrentMax.Quality)
        | Bms(now.ChargeAllowed.Quality) | Bms(now.DischargeAllowed.Quality);

    private static FailsafeAct Bms(Quality quality) => Failsafe.Of(SafetyInput.Bms, quality);

    private static FailsafeAct OfControl(ProcessImage image, int device, ControlKind kind) =>
        Failsafe.Of(SafetyInput.Obedience, Obedience.Obeys(image, device, kind) ? Loss.None : Loss.Bad);

    private static ImmutableArray<FailsafeAct> Frozen(FailsafeAct[] items) => ImmutableCollectionsMarshal.AsImmutableArray(items);
}
