using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Storms;

/// <summary>200,000 Follow steps through random sites, readings and decisions; after every step what must always hold is asked. A failure prints its seed.</summary>
public sealed class FollowStorm
{
    private const int Runs = 10_000;
    private const int StepsPerRun = 20;

    [Fact]
    public void What_must_always_hold_holds_after_every_step() => Storm((dice, input, memory, step) =>
    {
        Invariants.Batteries(input, step);
        Invariants.Chargers(input, memory, step);
        Invariants.Plants(input, step);
        Invariants.Limits(input, memory, step);
    });

    [Fact]
    public void The_same_input_twice_gives_the_same_bytes() => Storm((dice, input, memory, step) =>
        Assert.Equal(Bytes(step), Bytes(Follow.Step(input, memory))));

    [Fact]
    public void Its_memory_survives_the_wire_at_any_step() => Storm((dice, input, memory, step) =>
    {
        if (!dice.Chance(0.02))
            return;
        var to = new WireWriter();
        MemoryWire.Write(to, Memory.Fresh(input.Site) with { Follow = memory });
        var from = new WireReader(to.Written);
        Assert.Equal(Bytes(step), Bytes(Follow.Step(input, MemoryWire.Read(ref from).Follow)));
    });

    private static void Storm(Action<Dice, FollowInput, FollowMemory, Followed> ask)
    {
        for (var seed = 0UL; seed < Runs; seed++)
        {
            var dice = new Dice(seed);
            var random = new RandomSites(dice);
            var site = random.Site();
            var memory = FollowMemory.Fresh(site);
            for (var count = 0; count < StepsPerRun; count++)
                try
                {
                    var input = random.Input(site, memory);
                    var step = Follow.Step(input, memory);
                    ask(dice, input, memory, step);
                    memory = step.Memory;
                }
                catch (Exception failure)
                {
                    Assert.Fail($"seed {seed}, step {count}: {failure}");
                }
        }
    }

    private static string Bytes(Followed step)
    {
        var to = new WireWriter();
        foreach (var battery in step.Setpoints.Batteries)
            Put(to, battery.Discharge.Watts, (byte)battery.ClippedBy);
        foreach (var charger in step.Setpoints.EvChargers)
        {
            Put(to, charger.Offer.Amperes, (byte)charger.ClippedBy);
            to.Byte((byte)(charger.Phases ?? 0));
        }
        foreach (var plant in step.Setpoints.PvPlants)
            Put(to, plant.Limit?.Watts ?? -1, (byte)plant.ClippedBy);
        foreach (var finding in step.Findings)
            MemoryWire.Finding(to, finding);
        MemoryWire.Write(to, new(null, step.Memory, Core.Alerting.AlertBook.Empty));
        return Convert.ToHexString(to.Written);
    }

    private static void Put(WireWriter to, double value, byte by)
    {
        to.Number(value);
        to.Byte(by);
    }
}
