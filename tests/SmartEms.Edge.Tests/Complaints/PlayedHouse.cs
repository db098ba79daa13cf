using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Simulating;

namespace SmartEms.Edge.Tests.Complaints;

/// <summary>A simulated site under the product's own Follow, second by second, with no wire between; what the senses say can be changed on its way.</summary>
internal sealed class PlayedHouse
{
    private Decision decision;
    private FollowMemory memory;
    private long nowMs;

    public PlayedHouse(Site site, double loadWatts, double pvShare = 0, double soc = 0.5)
    {
        Site = site;
        World = Homes.Simulate(site, Homes.Flat(loadWatts, pvShare), soc);
        (Contactors, memory) = (new(site), FollowMemory.Fresh(site));
        decision = new(Slot.Of(World.Now), "test", [.. site.Batteries.Select(_ => new BatteryDecision(BatteryMode.SelfConsume, default, default))], [.. site.EvChargers.Select(_ => new EvDecision(EvMode.Full, default))], []);
    }

    public Site Site { get; }
    public SimulatedSite World { get; }
    public ContactorJudge Contactors { get; }

    /// <summary>What comes between the world and the controller.</summary>
    public Func<ProcessImage, ProcessImage> Senses { get; set; } = image => image;
    public Followed Last { get; private set; } = null!;

    public void Decide(BatteryMode battery, EvMode charger) =>
        decision = decision with { Batteries = [.. Site.Batteries.Select(_ => new BatteryDecision(battery, default, default))], EvChargers = [.. Site.EvChargers.Select(_ => new EvDecision(charger, default))] };

    public void Decide(Decision whole) => decision = whole;

    public void Live(int seconds, Action? each = null)
    {
        for (var i = 0; i < seconds; i++)
        {
            Last = Follow.Step(new(Senses(World.Image()), Site, decision, TimeSpan.FromSeconds(1), 1), memory);
            memory = Last.Memory;
            for (var b = 0; b < Site.Batteries.Length; b++)
                World.CommandBattery(b, Last.Setpoints.Batteries[b].Discharge.Watts, 60);
            for (var c = 0; c < Site.EvChargers.Length; c++)
            {
                World.OfferEv(c, Last.Setpoints.EvChargers[c].Offer.Amperes, 60);
                if (Last.Setpoints.EvChargers[c].Phases is { } phases)
                    World.SwitchEv(c, phases);
            }
            Contactors.Look(World, nowMs);
            World.Step(1);
            nowMs += 1_000;
            each?.Invoke();
        }
    }
}
