using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Bench;

/// <summary>A connection that may not export, under the sun and the switching appliances of a generated day: what leaks out, and what is thrown away although the site had use for it.
/// Beside Follow runs a controller that knows load and sun exactly, once a second like Follow, on the same devices: what it loses is the yardstick for a controller of that latency
/// that does not see the future.</summary>
internal static class FollowExport
{
    public const ulong Seed = 7;
    private const double Hours = 4;

    /// <param name="Leaked">Wh exported.</param>
    /// <param name="Lost">Wh curtailed while the site imported or a battery could have taken them.</param>
    public sealed record Outcome(double Leaked, double Lost, List<double> Export, List<double> Available, List<double> Produced)
    {
        public double Sum => Leaked + Lost;
    }

    public static (Outcome Follow, Outcome Bound) Run(double latency, bool isFull) => (Drive(latency, isFull, false), Drive(latency, isFull, true));

    private static Outcome Drive(double latency, bool isFull, bool isBound)
    {
        var site = FollowSites.Site(0, 6_000, FollowSites.Battery("house", 200_000, 8_000) with { SocMin = Core.Quantities.Fraction.FromPercent(isFull ? 50 : 10), SocMax = Core.Quantities.Fraction.FromPercent(isFull ? 50.5 : 90) });
        var settings = new SimulatedSiteSettings
        {
            Start = FollowRig.Noon,
            Seed = Seed,
            LoadScale = 3,
            PvLatencySeconds = latency,
            Batteries = [LateBattery.Of(Lateness.Slow, latency, isFull ? 0.6 : 0.5)],
        };
        var rig = new FollowRig(site, SiteTrace.Generated(Seed, 365), settings) { InPlace = isBound ? physics => Exact(physics, isFull) : null };
        rig.Run(120);
        var outcome = new Outcome(0, 0, [], [], []);
        var (leaked, lost) = (0.0, 0.0);
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
        return outcome with { Leaked = leaked, Lost = lost };
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
