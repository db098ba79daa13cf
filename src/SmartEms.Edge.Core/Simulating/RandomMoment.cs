using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>Any readings a site's sensors could bring at one moment: of every quality, extreme, contradictory.</summary>
public struct RandomMoment(ulong seed)
{
    private SeededRandom dice = new(seed);

    public ProcessImage Of(Site site)
    {
        var grid = new GridReadings
        {
            Import = Some(Power.FromWatts(dice.Between(-30_000, 30_000))),
            VoltageL1 = Some(Voltage.FromVolts(dice.Between(180, 270))),
            VoltageL2 = Some(Voltage.FromVolts(dice.Between(215, 245))),
            VoltageL3 = Some(Voltage.FromVolts(dice.Between(215, 245))),
            CurrentL1 = Some(Current.FromAmperes(dice.Between(0, 80))),
            CurrentL2 = Some(Current.FromAmperes(dice.Between(0, 80))),
            CurrentL3 = Some(Current.FromAmperes(dice.Between(0, 80))),
            Frequency = Some(Frequency.FromHertz(dice.Between(49, 51))),
            ImportedEnergy = Reading.Bad<Energy>(BadReason.NotInstalled),
            ExportedEnergy = Reading.Bad<Energy>(BadReason.NotInstalled),
        };
        var batteries = new BatteryReadings[site.Batteries.Length];
        for (var i = 0; i < batteries.Length; i++)
            batteries[i] = Battery();
        var plants = new PvReadings[site.PvPlants.Length];
        for (var i = 0; i < plants.Length; i++)
            plants[i] = new() { Production = Some(Power.FromWatts(dice.Between(-20, 12_000))) };
        var chargers = new EvReadings[site.EvChargers.Length];
        for (var i = 0; i < chargers.Length; i++)
            chargers[i] = new() { Charge = Some(Power.FromWatts(dice.Between(0, 12_000))), State = Some((EvState)(byte)(dice.NextDouble() * 5)) };
        var contacts = new ContactReadings[site.Contacts.Length];
        for (var i = 0; i < contacts.Length; i++)
            contacts[i] = new() { Asserted = Some(dice.Chance(0.3)) };
        return new(new Instant(1_767_225_600_000 + (long)(dice.NextDouble() * 3e10)), grid, [.. batteries], [.. plants], [.. chargers], [.. site.Devices.Select(_ => new DeviceReadings(LinkState.Up, 0, 0))])
        {
            Contacts = [.. contacts],
        };
    }

    private BatteryReadings Battery() => new()
    {
        Discharge = Some(Power.FromWatts(dice.Between(-8_000, 8_000))),
        Soc = Some(Fraction.FromRatio(dice.NextDouble())),
        Voltage = Some(Voltage.FromVolts(dice.Between(40, 60))),
        Temperature = Some(Temperature.FromCelsius(dice.Between(-20, 60))),
        CellVoltageMin = Some(Voltage.FromVolts(dice.Between(2.8, 3.4))),
        CellVoltageMax = Some(Voltage.FromVolts(dice.Between(3.2, 3.6))),
        ChargeCurrentMax = Some(Current.FromAmperes(dice.Between(0, 150))),
        DischargeCurrentMax = Some(Current.FromAmperes(dice.Between(0, 150))),
        ChargeAllowed = Some(dice.Chance(0.9)),
        DischargeAllowed = Some(dice.Chance(0.9)),
    };

    private Reading<T> Some<T>(T value)
        where T : struct
    {
        var mood = dice.NextDouble();
        if (mood < 0.9)
            return Reading.Good(value);
        return mood < 0.95 ? new(value, Quality.Uncertain(9_000)) : Reading.Bad<T>((BadReason)(byte)(dice.NextDouble() * 11));
    }
}
