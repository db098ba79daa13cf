using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Storms;

/// <summary>Any site a site file could describe, and any readings its sensors could bring: of every quality, fractional, extreme, contradictory.</summary>
internal sealed class RandomSites(Dice dice)
{
    public Site Site()
    {
        var site = Given.Site(dice.Below(4), dice.Below(3), dice.Below(4));
        return site with
        {
            Pcc = Given.Pcc with
            {
                ImportMax = Power.FromWatts(dice.Pick(0, 4_200, 7_777.7, 20_000)),
                ExportMax = Power.FromWatts(dice.Pick(0, 3_000, 6_123.4, 30_000)),
                PhaseCurrentMax = Current.FromAmperes(dice.Pick(16, 35, 63)),
                Phases = dice.Pick(1, 3),
            },
            Batteries = [.. site.Batteries.Select(battery => battery with
            {
                Capacity = Energy.FromWattHours(dice.Between(1_000, 20_000)),
                ChargeMax = Power.FromWatts(dice.Pick(0, 999.9, 2_500, 5_000)),
                DischargeMax = Power.FromWatts(dice.Pick(0, 1_234.5, 3_000, 5_000)),
                RampWattsPerSecond = dice.Pick(100, 333.3, 1_000, 100_000),
            })],
            EvChargers = [.. site.EvChargers.Select(charger => charger with
            {
                CurrentMax = Current.FromAmperes(dice.Pick(6, 10.25, 16, 32)),
                Phases = dice.Pick(1, 3),
            }).Select(charger => charger with { Switching = charger.Phases == 3 && dice.Chance(0.5) ? new(dice.Pick(3, 30), dice.Below(3)) : null })],
            PvPlants = [.. site.PvPlants.Select(plant => plant with { Rated = Power.FromWatts(dice.Between(500, 15_000)), Curtailable = dice.Chance(0.8) })],
        };
    }

    /// <param name="site">The site the readings are of.</param>
    /// <param name="memory">What was last asked: half of the time the devices are where they were told to be.</param>
    /// <param name="well">The chance that a reading is Good.</param>
    public ProcessImage Image(Site site, FollowMemory memory, double well)
    {
        var image = Given.Image(site);
        var import = dice.Chance(0.05) ? dice.Pick(1e6, -1e6) : dice.Between(-25_000, 25_000);
        return image with
        {
            Grid = new()
            {
                Import = Some(Power.FromWatts(import), well),
                VoltageL1 = Some(Voltage.FromVolts(MainsVolts()), well),
                VoltageL2 = Some(Voltage.FromVolts(MainsVolts()), well),
                VoltageL3 = Some(Voltage.FromVolts(MainsVolts()), well),
                CurrentL1 = Some(Current.FromAmperes(dice.Between(-30, 70)), well),
                CurrentL2 = Some(Current.FromAmperes(dice.Between(-30, 70)), well),
                CurrentL3 = Some(Current.FromAmperes(dice.Between(-30, 70)), well),
                Frequency = Some(Frequency.FromHertz(dice.Chance(0.8) ? 50 : dice.Between(49, 51)), well),
            },
            Batteries = [.. site.Batteries.Select((battery, i) => Battery(memory.LastDischarge[i].Watts, well))],
            PvPlants = [.. site.PvPlants.Select(plant => new PvReadings { Production = Some(Power.FromWatts(dice.Between(-20, plant.Rated.Watts * 1.05)), well) })],
            EvChargers = [.. site.EvChargers.Select((charger, i) => new EvReadings
            {
                Charge = Some(Power.FromWatts(dice.Chance(0.5) ? memory.Chargers[i].Offer.Amperes * 230 * charger.Phases : dice.Between(-20, 12_000)), well),
                State = Some(dice.Pick(EvState.Unknown, EvState.NoCar, EvState.Connected, EvState.Charging, EvState.Error), well),
            })],
        };
    }

    public FollowInput Input(Site site, FollowMemory memory) => new(
        Image(site, memory, dice.Pick(1, 0.97, 0.6)),
        site,
        dice.Chance(0.1) ? null : Decision(site),
        TimeSpan.FromSeconds(dice.Chance(0.1) ? dice.Between(1_351, 1e6) : dice.Between(0, 1_350)),
        dice.Pick(1, 1, 1, 2.5, 5));

    public Decision Decision(Site site) => new(
        new Slot(1_944_445),
        "storm",
        [.. site.Batteries.Select(_ => new BatteryDecision((BatteryMode)dice.Below(7), default, default))],
        [.. site.EvChargers.Select(_ => new EvDecision((EvMode)dice.Below(5), default))],
        []);

    private BatteryReadings Battery(double told, double well) => new()
    {
        Discharge = Some(Power.FromWatts(dice.Chance(0.5) ? told : dice.Between(-6_000, 6_000)), well),
        Soc = Some(Fraction.FromRatio(dice.Pick(0, 0.09, 0.105, 0.5, 0.5, 0.5, 0.893, 0.95, 1)), well),
        Voltage = Fitted(Voltage.FromVolts(dice.Between(44, 58)), well),
        Temperature = Fitted(Temperature.FromCelsius(dice.Pick(-20, 2.5, 25, 25, 25, 42, 60)), well),
        CellVoltageMin = Fitted(Voltage.FromVolts(dice.Pick(2.8, 2.93, 3.3, 3.3)), well),
        CellVoltageMax = Fitted(Voltage.FromVolts(dice.Pick(3.3, 3.3, 3.53, 3.6)), well),
        ChargeCurrentMax = Fitted(Current.FromAmperes(dice.Pick(-5, 0, 12.34, 100)), well),
        DischargeCurrentMax = Fitted(Current.FromAmperes(dice.Pick(-5, 0, 12.34, 100)), well),
        ChargeAllowed = Fitted(dice.Chance(0.95), well),
        DischargeAllowed = Fitted(dice.Chance(0.95), well),
    };

    private double MainsVolts() => dice.Chance(0.8) ? dice.Between(225, 235) : dice.Between(210, 250);

    private Reading<T> Fitted<T>(T value, double well)
        where T : struct => dice.Chance(0.4) ? Given.Missing<T>() : Some(value, well);

    private Reading<T> Some<T>(T value, double well)
        where T : struct
    {
        if (dice.Chance(well))
            return new(value, Quality.Good(dice.Below(5_000)));
        return dice.Chance(0.4) ? new(value, Quality.Uncertain(7_000)) : Reading.Bad<T>((BadReason)dice.Pick(0, 2, 3, 5, 7, 8));
    }
}
