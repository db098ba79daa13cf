using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Field;

/// <summary>What sick readings may do to control: nothing. Real sockets, simulated time, numbered as in the fault matrix.</summary>
public sealed class SenseFaults(ITestOutputHelper story)
{
    private const int Frames = 10_000;

    /// <summary>The payload itself is damaged: TCP carries no checksum, so what is left is plausibility. Implausible is what the connection cannot carry, or a
    /// jump that a single reading may not make; nothing of that may come out Good.</summary>
    [Fact]
    public void M5_ten_thousand_corrupted_frames_bring_nothing_implausible_to_the_controller()
    {
        var profile = Maps.Hardware.Profile("eastron-sdm630");
        var table = new DeviceTable(Located.Fixed(profile, 1));
        var plan = RegisterPlan.Of(table.Device);
        var judge = new ReadingJudge(Plausibility.Of(House.Site(), 0));
        var rules = Plausibility.Of(House.Site(), 0);
        var chance = new Random(20261126);
        var (leaks, uses, held) = (0, 0, 0);
        for (var frame = 0; frame < Frames; frame++)
        {
            var now = frame * 1_000L;
            foreach (var block in (ReadBlock[])[.. plan.High, .. plan.Low])
                table.Store(block, Corrupted(profile, table, block, chance), now);
            for (var m = 1; m < Measures.Count; m++)
            {
                var said = table.Get((Measure)m, now);
                var used = judge.Look((Measure)m, said, 5_000, now);
                held += said.IsGood && !used.IsGood ? 1 : 0;
                if (!used.IsGood || rules[m] is not { IsCounter: false } rule)
                    continue;
                uses++;
                var truth = TruthOf((Measure)m);
                var isFar = !(Math.Abs(used.Value - truth) <= 2 * rule.Step); // the last believed reading may itself have been one step off
                leaks += isFar && !rule.IsTighter(truth, used.Value) ? 1 : 0;
            }
        }
        story.WriteLine($"{Frames} frames, {uses} readings used, {held} held back or refused beyond the profile's own range, {leaks} implausible ones used");
        Assert.Equal(0, leaks);
        Assert.True(uses > 1_000 && held > 100);
    }

    /// <summary>A true reading with one to three bits flipped somewhere in each block.</summary>
    private static ushort[] Corrupted(DeviceProfile profile, DeviceTable table, ReadBlock block, Random chance)
    {
        var words = new ushort[block.Span.Count];
        foreach (var point in block.Points)
        {
            var place = table.Device.Places[point].Span;
            var bits = BitConverter.SingleToUInt32Bits(TruthOf(profile.Points[point].Measure));
            (words[place.Address - block.Span.Address], words[place.Address - block.Span.Address + 1]) = ((ushort)(bits >> 16), (ushort)(bits & 0xFFFF));
        }
        for (var flips = chance.Next(4); flips > 0; flips--)
            words[chance.Next(words.Length)] ^= (ushort)(1 << chance.Next(16));
        return words;
    }

    private static float TruthOf(Measure measure) => measure switch
    {
        Measure.GridVoltageL1 or Measure.GridVoltageL2 or Measure.GridVoltageL3 => 230,
        Measure.GridCurrentL1 or Measure.GridCurrentL2 or Measure.GridCurrentL3 => 5,
        Measure.GridFrequency => 50,
        _ => 1_000,
    };

    [Fact]
    public async Task M5_damaged_answers_on_a_socket_end_in_nothing_unhandled()
    {
        await using var house = await KeptHouse.StartAsync(timeoutMs: 20);
        await house.LiveAsync(2);
        house.House.Devices.Misbehave(House.Meter, new(SmartEms.Edge.Adapters.Modbus.MisbehaviourKind.Fuzz));
        var began = house.SessionOf(House.Meter).Counts;
        var wrong = 0;
        for (var i = 0; i < 2_000; i++)
        {
            await house.LiveAsync(1);
            if (house.Image.Grid.Import.IsGood && Math.Abs(house.Image.Grid.Import.Value.Watts) > 10_000)
                wrong++;
        }
        var counts = house.SessionOf(House.Meter).Counts;
        story.WriteLine($"{counts.Answers - began.Answers} good answers, {counts.Failures - began.Failures} damaged");
        Assert.Equal(0, wrong);
        Assert.True(counts.Failures > began.Failures + 50);
        house.House.Devices.Misbehave(House.Meter, SmartEms.Edge.Adapters.Modbus.Misbehaviour.None);
        Assert.InRange(await house.LiveAsync(400, () => house.Image.Grid.Import.IsGood), 1, 350);
    }

    [Theory]
    [InlineData(House.Inverter, "w_sf", new ushort[] { 0x8000 })]
    [InlineData(House.Inverter, "w_sf", new ushort[] { 99 })]
    [InlineData(House.Inverter, "mppt_dcw_sf", new ushort[] { 0x8000 })]
    [InlineData(House.Inverter, "mppt_dcw_sf", new ushort[] { 99 })]
    [InlineData(House.Gateway, "bms_soc", new ushort[] { 0xFFFF })]
    [InlineData(House.Gateway, "bms_soc", new ushort[] { 0x8000 })]
    [InlineData(House.Meter, "power", new ushort[] { 0x7FC0, 0 })]
    [InlineData(House.Meter, "power", new ushort[] { 0x7F80, 0 })]
    [InlineData(House.Meter, "power", new ushort[] { 0xFF80, 0 })]
    [InlineData(House.Meter, "frequency", new ushort[] { 0x7FC0, 0 })]
    public async Task M6_no_sentinel_is_ever_used(string device, string point, ushort[] raw)
    {
        await using var house = await KeptHouse.StartAsync(pvWatts: 2_000);
        house.House.Devices.SetRaw(device, point, raw);
        await house.LiveAsync(60);
        var at = house.SessionOf(device).Profile.IndexOf(point);
        Assert.False(house.SessionOf(device).Look((table, nowMs) => table!.Get(at, nowMs)).IsKnown);
        foreach (var setpoint in house.Followed!.Setpoints.Batteries)
            Assert.InRange(setpoint.Discharge.Watts, -4_000, 5_000);
        foreach (var measured in house.Image.PvPlants)
            Assert.True(!measured.Production.IsKnown || measured.Production.Value.Watts <= 6_500);
    }

    [Fact]
    public async Task M7_a_frozen_meter_is_told_within_five_minutes_and_not_believed()
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 3_000);
        await house.LiveAsync(30);
        house.House.Devices.Freeze(House.Meter);
        var took = await house.LiveAsync(600, () => house.Has(FindingCode.ReadingFrozen, House.Meter));
        story.WriteLine($"told after {took} s");
        Assert.InRange(took, 1, 300);
        house.AssertTold(FindingCode.ReadingFrozen, House.Meter);
        Assert.Equal(BadReason.Frozen, house.Image.Grid.Import.Quality.Reason);
        Assert.Equal(0, house.Followed!.Setpoints.Batteries[0].Discharge.Watts);
        house.House.Devices.Freeze(House.Meter, isFrozen: false);
        Assert.InRange(await house.LiveAsync(10, () => house.Image.Grid.Import.IsGood), 1, 5);
    }

    [Fact]
    public async Task Nothing_is_frozen_in_an_hour_of_a_healthy_house()
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 1_500, pvWatts: 3_000);
        var told = new HashSet<FindingCode>();
        await house.LiveAsync(3_600, each: _ => told.UnionWith(house.Findings.Select(finding => finding.Code)));
        Assert.DoesNotContain(FindingCode.ReadingFrozen, told);
        Assert.DoesNotContain(FindingCode.SiteUnbalanced, told);
        Assert.DoesNotContain(FindingCode.SetpointReverted, told);
        Assert.DoesNotContain(FindingCode.ForeignWriter, told);
        Assert.DoesNotContain(FindingCode.WriteFailed, told);
    }
}
