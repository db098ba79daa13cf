using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>A site made by chance, as a site file could describe it: devices, ratings, limits, contacts.</summary>
public static class StormSite
{
    public static Site Make(ulong seed)
    {
        var dice = new SeededRandom(SeededRandom.Mix(seed, 7));
        var devices = ImmutableArray.CreateBuilder<Device>();
        int Device(string name)
        {
            devices.Add(new(name, "storm", new("127.0.0.1", 502, 1)));
            return devices.Count - 1;
        }

        var meter = Device("meter");
        var fuse = 35 + (Math.Floor(dice.NextDouble() * 3) * 14);
        var batteries = ImmutableArray.CreateBuilder<Battery>();
        for (var i = 0; i < 1 + (dice.Chance(0.4) ? 1 : 0); i++)
        {
            var rating = Power.FromWatts(Math.Floor(dice.Between(2_000, 8_000)));
            batteries.Add(new($"battery{i}", Device($"inverter{i}"), null, Energy.FromWattHours(dice.Between(4_000, 20_000)), rating, rating)
            {
                BackupReserve = Fraction.FromPercent(dice.Chance(0.3) ? 30 : 0),
                RampWattsPerSecond = dice.Chance(0.5) ? 1_000 : 10_000,
            });
        }
        var plants = ImmutableArray.CreateBuilder<PvPlant>();
        for (var i = 0; i < 1 + (dice.Chance(0.3) ? 1 : 0); i++)
            plants.Add(new($"roof{i}", i == 0 && dice.Chance(0.5) ? 1 : Device($"solar{i}"), Power.FromWatts(Math.Floor(dice.Between(4_000, 12_000))), Curtailable: true));
        var chargers = ImmutableArray.CreateBuilder<EvCharger>();
        for (var i = (int)(dice.NextDouble() * 3); i > 0; i--)
            chargers.Add(new($"wallbox{i}", Device($"wallbox{i}"), Current.FromAmperes(6), Current.FromAmperes(16), dice.Chance(0.8) ? 3 : 1) { Priority = (int)(dice.NextDouble() * 3) });
        SwitchSome(chargers, new(SeededRandom.Mix(seed, 8)));
        return new("storm", "Storm", new(meter, Power.FromWatts(dice.Between(9_000, fuse * 690)), Power.FromWatts(dice.Chance(0.3) ? 0 : dice.Between(1_000, 10_000)), Current.FromAmperes(fuse)), Tariff.Unpriced, devices.ToImmutable())
        {
            Batteries = batteries.ToImmutable(),
            PvPlants = plants.ToImmutable(),
            EvChargers = chargers.ToImmutable(),
            Contacts = dice.Chance(0.6)
                ? [new("steuerbox", ContactRole.DsoLimit, new("board", "0")), new("button", ContactRole.EmergencyStop, new("board", "1")) { AssertsByOpening = true }]
                : [],
        };
    }

    /// <summary>Chance of its own, so that the rest of a seed's site stays as it was.</summary>
    private static void SwitchSome(ImmutableArray<EvCharger>.Builder chargers, SeededRandom dice)
    {
        for (var i = 0; i < chargers.Count; i++)
            if (chargers[i].Phases == 3 && dice.Chance(0.6))
                chargers[i] = chargers[i] with { Switching = new(dice.Between(60, 900), 3 + (int)(dice.NextDouble() * 8)) };
    }
}
