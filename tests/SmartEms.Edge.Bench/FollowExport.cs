using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Bench;

/// <summary>A connection that may not export, under the sun and the switching appliances of a generated day: what leaks out, and what is thrown away although the site had use for it.
/// Beside Follow runs a controller that knows load and sun exactly, once a second like Follow, on the same devices: what it loses is the yardstick for a controller of that latency
/// that does not see the future.</summary>
internal static class FollowExport
{
    /// <summary>Days with clouds and appliances of their own; each is judged by itself.</summary>
    public static readonly ulong[] Seeds = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    /// <summary>The largest dead band of a PV limit that a profile of ours names, W: a change below it would not reach the inverter.</summary>
    public static double DeadBandWatts { get; } = WidestDeadBand(new ProfileSource(null));

    private const double Hours = 4;

    /// <param name="Leaked">Wh exported.</param>
    /// <param name="Lost">Wh curtailed while the site imported or a battery could have taken them.</param>
    /// <param name="LimitWrites">Changes of the plant's limit that would have been written to an inverter, an hour.</param>
    public sealed record Outcome(double Leaked, double Lost, double LimitWrites, List<double> Export, List<double> Available, List<double> Produced)
    {
        public double Sum => Leaked + Lost;
    }

    /// <summary>One day under Follow, limits written as the profiles say, and under the yardstick.</summary>
    public sealed record Day(Outcome Follow, Outcome Bound);

    public static List<Day> Days(double latency, bool isFull) =>
        [.. Seeds.Select(seed => new Day(Drive(latency, isFull, seed, DeadBandWatts), Drive(latency, isFull, seed, null)))];

    private static double WidestDeadBand(ProfileSource profiles) =>
        profiles.Names.SelectMany(name => profiles.Find(name)?.Controls ?? []).Where(control => control.Kind == ControlKind.PvLimit).Max(control => control.DeadBand);

    /// <param name="latency">Of battery and inverter, s.</param>
    /// <param name="isFull">The battery has no room.</param>
    /// <param name="seed">Of the day.</param>
    /// <param name="deadBand">Of the plant's limit under Follow, W; null = the yardstick leads.</param>
    private static Outcome Drive(double latency, bool isFull, ulong seed, double? deadBand)
    {
        var site = FollowSites.Site(0, 6_000, FollowSites.Battery("house", 200_000, 8_000) with { SocMin = Core.Quantities.Fraction.FromPercent(isFull ? 50 : 10), SocMax = Core.Quantities.Fraction.FromPercent(isFull ? 50.5 : 90) });
        var settings = new SimulatedSiteSettings
        {
            Start = FollowRig.Noon,
            Seed = seed,
            LoadScale = 3,
            PvLatencySeconds = latency,
            Batteries = [LateBattery.Of(Lateness.Slow, latency, isFull ? 0.6 : 0.5)],
        };
        var rig = new FollowRig(site, SiteTrace.Generated(seed, 365), settings, deadBand ?? 0) { InPlace = deadBand is null ? physics => Exact(physics, isFull) : null };
        rig.Run(120);
        var outcome = new Outcome(0, 0, 0, [], [], []);
        var (leaked, lost, writes) = (0.0, 0.0, rig.LimitWrites);
        for (var i = 0; i < Hours * 3600 / FollowRig.Tick; i++)
        {
            rig.Move();
            var (physics, plant) = (rig.Physics, rig.Physics.PvPlants[0]);
            leaked += Math.Max(0, -physics.ImportWatts) * FollowRig.Tick / 3600;
            // What a full battery gives while sun is refused is thrown away as well.
            var room = Math.Max(0, physics.BatteryDischargeWatts + (isFull ? 0 : 8_000));
            lost += Math.Min(plant.AvailableWatts - plant.ProductionWatts, Math.Max(0, physics.ImportWatts) + room) * FollowRig.Tick / 3600;
            outcome.Export.Add(-physics.ImportWatts);
            outcome.Available.Add(plant.AvailableWatts);
            outcome.Produced.Add(plant.ProductionWatts);
        }
        return outcome with { Leaked = leaked, Lost = lost, LimitWrites = (rig.LimitWrites - writes) / Hours };
    }

    private static void Exact(SimulatedSite physics, bool isFull)
    {
        var (load, sun) = (physics.LoadWatts, physics.PvPlants[0].AvailableWatts);
        if (isFull)
        {
            physics.CommandBattery(0, Math.Clamp(load - sun, 0, 8_000), 60);
            physics.LimitPv(0, load, 60);
            return;
        }
        physics.CommandBattery(0, Math.Clamp(load - sun, -8_000, 8_000), 60);
        physics.ReleasePv(0);
    }
}
