using System.Text;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Tests.Simulating;

/// <summary>Small sites and traces for these tests.</summary>
internal static class Homes
{
    /// <summary>2026-06-01T00:00Z, a Monday.</summary>
    public static Instant Start { get; } = Instant.From(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    public static Site Site(int batteries = 1, int plants = 1, int chargers = 1, int phases = 3) => new(
        "home",
        "Home",
        new Pcc(0, Power.FromWatts(17_000), Power.FromWatts(10_000), Current.FromAmperes(25)) { Phases = phases },
        Tariff.Unpriced,
        [new Device("meter", "any", new DeviceLink("127.0.0.1", 502, 1))])
    {
        Batteries = [.. Enumerable.Range(0, batteries).Select(i => new Battery($"battery {i}", 0, null, Energy.FromWattHours(10_000), Power.FromWatts(5_000), Power.FromWatts(5_000)))],
        PvPlants = [.. Enumerable.Range(0, plants).Select(i => new PvPlant($"pv {i}", 0, Power.FromWatts(6_000), Curtailable: i == 0))],
        EvChargers = [.. Enumerable.Range(0, chargers).Select(i => new EvCharger($"ev {i}", 0, Current.FromAmperes(6), Current.FromAmperes(16), 3))],
    };

    /// <summary>The same power all day.</summary>
    public static SiteTrace Flat(double loadWatts, double pvWatts)
    {
        var csv = new StringBuilder("local_time,load_w,pv_w\n");
        for (var hour = 0; hour < 24; hour++)
            csv.Append($"2024-01-01T{hour:00}:00,{loadWatts},{pvWatts}\n");
        return SiteTrace.Parse(csv.ToString());
    }

    public static SimulatedSite Simulate(Site site, SiteTrace trace, double soc = 0.5, bool arrivals = false) => new(site, trace, new()
    {
        Start = Start,
        Varied = false,
        Batteries = [.. site.Batteries.Select(_ => new SimulatedBatterySettings { Soc = soc })],
        EvChargers = [.. site.EvChargers.Select(_ => new SimulatedEvSettings { Arrivals = arrivals, CarPhases = 3, CarAmperesMax = 16 })],
    });

    public static void Run(this SimulatedSite site, double seconds, double step = 1)
    {
        for (var at = 0.0; at < seconds; at += step)
            site.Step(step);
    }
}
