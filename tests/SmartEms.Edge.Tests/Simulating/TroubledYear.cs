using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Tests.Simulating;

/// <summary>A busy site under careless seeded commands, and a number that stands for every bit of what it did.</summary>
internal static class TroubledYear
{
    public const ulong GoldenYear = 1620650371501170986;
    public const ulong GoldenDays = 16982425969801164889;

    public static SimulatedSite Make(ulong seed)
    {
        Site site = Homes.Site(batteries: 2, plants: 2, chargers: 2);
        var simulated = new SimulatedSite(site, SiteTrace.Generated(seed, 30), new() { Start = Homes.Start, Seed = seed });
        simulated.Grid.Schedule(new(Homes.Start + TimeSpan.FromHours(5), Homes.Start + TimeSpan.FromHours(6), 20, 0.4));
        return simulated;
    }

    /// <summary>Now and then one command, some with timeouts that will lapse.</summary>
    public static void Command(SimulatedSite site, ref SeededRandom chance)
    {
        if (!chance.Chance(0.05))
            return;
        var device = chance.Chance(0.5) ? 1 : 0;
        var timeout = chance.Between(5, 600);
        switch ((int)chance.Between(0, 4))
        {
            case 0:
                site.CommandBattery(device, chance.Between(-7_000, 7_000), timeout);
                break;
            case 1:
                site.LimitPv(device, chance.Between(0, 7_000), timeout);
                break;
            case 2:
                site.OfferEv(device, chance.Between(0, 20), timeout);
                break;
            default:
                site.ReleaseBattery(device);
                break;
        }
    }

    public static ulong Hash(ulong seed, int steps, double stepSeconds)
    {
        var site = Make(seed);
        var chance = new SeededRandom(seed);
        var hash = 14695981039346656037UL;
        for (var i = 0; i < steps; i++)
        {
            Command(site, ref chance);
            site.Step(stepSeconds);
            Add(ref hash, site.LoadWatts);
            Add(ref hash, site.ImportWatts);
            Add(ref hash, site.PvWatts);
            Add(ref hash, site.Grid.Hertz);
            for (var phase = 0; phase < 3; phase++)
                Add(ref hash, site.Grid.Volts(phase));
            foreach (var battery in site.Batteries)
            {
                Add(ref hash, battery.StoredWattHours);
                Add(ref hash, battery.CellMaxVolts);
                Add(ref hash, battery.Celsius);
                Add(ref hash, battery.ChargeMaxAmperes + battery.DischargeMaxAmperes);
            }

            foreach (var charger in site.EvChargers)
                Add(ref hash, charger.SessionWattHours);
        }

        return hash;
    }

    private static void Add(ref ulong hash, double value)
    {
        unchecked
        {
            hash = (hash ^ (ulong)BitConverter.DoubleToInt64Bits(value)) * 1099511628211UL;
            hash ^= hash >> 29;
        }
    }
}
