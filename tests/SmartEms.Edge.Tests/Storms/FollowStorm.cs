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
    public void A_worse_reading_never_relaxes_a_limit() => Storm((dice, input, memory, step) =>
    {
        var (worse, isCurrent) = Worse.Of(input.Image, dice);
        var after = Follow.Step(input with { Image = worse }, memory);
        for (var i = 0; i < step.Envelope.Batteries.Length; i++)
        {
            Assert.True(after.Envelope.Batteries[i].Low.Value >= step.Envelope.Batteries[i].Low.Value, "a battery may charge more");
            Assert.True(after.Envelope.Batteries[i].High.Value <= step.Envelope.Batteries[i].High.Value, "a battery may discharge more");
        }
        // What a lost phase current or a lost exchange means for the fuse is judged for one phase only and may lie above the measured case.
        if (isCurrent)
            return;
        Assert.True(after.Envelope.ImportMax.Value <= step.Envelope.ImportMax.Value, "the site may import more");
        Assert.True(after.Envelope.ExportMax.Value <= step.Envelope.ExportMax.Value, "the site may export more");
    });

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

/// <summary>One Good reading of an image made Bad, as if its device had fallen silent.</summary>
internal static class Worse
{
    public static (ProcessImage Image, bool IsCurrent) Of(ProcessImage image, Dice dice)
    {
        var which = dice.Below(20);
        var grid = image.Grid;
        if (which < 8 || image.Batteries.IsEmpty)
            return (image with
            {
                Grid = (which % 8) switch
                {
                    0 => grid with { Import = Lose(grid.Import) },
                    1 => grid with { VoltageL1 = Lose(grid.VoltageL1) },
                    2 => grid with { VoltageL2 = Lose(grid.VoltageL2) },
                    3 => grid with { VoltageL3 = Lose(grid.VoltageL3) },
                    4 => grid with { CurrentL1 = Lose(grid.CurrentL1) },
                    5 => grid with { CurrentL2 = Lose(grid.CurrentL2) },
                    6 => grid with { CurrentL3 = Lose(grid.CurrentL3) },
                    _ => grid with { Frequency = Lose(grid.Frequency) },
                },
            }, which % 8 is 0 or 4 or 5 or 6);
        return (image with { Batteries = image.Batteries.With(dice.Below(image.Batteries.Length), battery => Worsen(battery, which)) }, false);
    }

    private static BatteryReadings Worsen(BatteryReadings battery, int which) => which switch
    {
        8 => battery with { Discharge = Lose(battery.Discharge) },
        9 => battery with { Soc = Lose(battery.Soc) },
        10 => battery with { Voltage = Lose(battery.Voltage) },
        11 => battery with { Temperature = Lose(battery.Temperature) },
        12 => battery with { CellVoltageMin = Lose(battery.CellVoltageMin) },
        13 => battery with { CellVoltageMax = Lose(battery.CellVoltageMax) },
        14 => battery with { ChargeCurrentMax = Lose(battery.ChargeCurrentMax) },
        15 => battery with { DischargeCurrentMax = Lose(battery.DischargeCurrentMax) },
        16 => battery with { ChargeAllowed = Lose(battery.ChargeAllowed) },
        17 => battery with { DischargeAllowed = Lose(battery.DischargeAllowed) },
        18 => battery with { Soc = battery.Soc with { Quality = Age(battery.Soc.Quality) } },
        _ => battery with { Discharge = battery.Discharge with { Quality = Age(battery.Discharge.Quality) } },
    };

    private static Reading<T> Lose<T>(Reading<T> reading)
        where T : struct => reading.Quality.Reason == BadReason.NotInstalled ? reading : Reading.Bad<T>(BadReason.Timeout);

    private static Quality Age(Quality quality) => quality.Trust == Trust.Good ? Quality.Uncertain(quality.AgeMs + 60_000) : quality;
}
