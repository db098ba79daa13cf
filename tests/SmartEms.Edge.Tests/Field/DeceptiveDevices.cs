using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>Devices that deceive whoever writes to them, on real sockets: each gets the receipt it deserves, an alert with its next step, and a bounded number of writes.</summary>
public sealed class DeceptiveDevices
{
    private const int StorCtlMod = 40_259;
    private const int GroupSize = 4; // registers of the inverter's battery control

    [Fact]
    public async Task M8_a_device_that_restarts_with_factory_registers_is_told_again_within_two_rounds()
    {
        await using var house = await KeptHouse.StartAsync();
        await house.LiveAsync(40);
        Assert.Equal(ReceiptState.EffectSeen, house.SessionOf(House.Inverter).Proof(ControlKind.BatteryDischarge)!.Value.State);
        Assert.True(house.House.Of(site => site.BatteryDischargeWatts) > 1_500);
        house.House.Devices.Restart(House.Inverter);
        house.House.Devices.Restart(House.Box);
        Assert.Equal(0, house.House.Devices.Shown(House.Inverter, "stor_ctl_mod").Value);
        Assert.Equal(0, house.House.Devices.Shown(House.Box, "failsafe_timeout_now").Value);
        var took = await house.LiveAsync(30, () => house.House.Devices.Shown(House.Inverter, "stor_ctl_mod").Value == 3);
        Assert.InRange(took, 1, 2);
        Assert.Equal(60, house.House.Devices.Shown(House.Inverter, "in_out_w_rte_rvrt_tms").Value);
        house.AssertTold(FindingCode.SetpointReverted, House.Inverter);
        await house.LiveAsync(60, () => house.Receipts.Any(receipt => receipt is { State: ReceiptState.Reverted, Kind: ControlKind.EvCurrent }));
        await house.LiveAsync(12);
        Assert.Equal(30, house.House.Devices.Shown(House.Box, "failsafe_timeout_now").Value);
        Assert.False(house.Has(FindingCode.SetpointReverted, House.Inverter), "one restart is forgiven when all is confirmed again");
        Assert.True(house.House.Of(site => site.BatteryDischargeWatts) > 1_500);
    }

    /// <summary>The daemon stands still for longer than the box waits; its own fallback takes over, and it wants current and enable again.</summary>
    [Fact]
    public async Task M8_a_box_that_fell_back_by_itself_is_told_and_armed_again_within_two_rounds()
    {
        await using var house = await KeptHouse.StartAsync(pvWatts: 6_000);
        house.House.Devices.With(site => site.PlugIn(0, 20_000, 36_000));
        await house.LiveAsync(60);
        var offered = house.House.Of(site => site.EvChargers[0].OfferedAmperes);
        Assert.InRange(offered, 6.5, 16);
        house.House.Run(45);
        Assert.Equal(6, house.House.Of(site => site.EvChargers[0].OfferedAmperes), 0.1);
        var before = house.BusOf(House.Box).Writes.Count;
        var took = await house.LiveAsync(10, () => house.House.Of(site => site.EvChargers[0].OfferedAmperes) > 6.4);
        Assert.InRange(took, 1, 2);
        Assert.Contains(house.BusOf(House.Box).Writes.Skip(before), write => write.Span.Address == 5014); // enabled again
        Assert.Equal(30, house.House.Devices.Shown(House.Box, "failsafe_timeout_now").Value);
        await house.LiveAsync(40);
        house.House.Run(45);
        Assert.Equal(6, house.House.Of(site => site.EvChargers[0].OfferedAmperes), 0.1); // armed: it falls back a second time
    }

    [Fact]
    public async Task M9_every_write_accepted_and_ignored()
    {
        await using var house = await KeptHouse.StartAsync();
        house.House.Devices.IgnoreWrites(House.Inverter);
        await house.LiveAsync(3, () => house.BusOf(House.Inverter).Writes.Count > 0);
        var took = await house.LiveAsync(20, () => house.Has(FindingCode.SetpointNotApplied, House.Inverter));
        Assert.InRange(took, 1, 2);
        house.AssertTold(FindingCode.SetpointNotApplied, House.Inverter);
        house.AssertRests();
        await house.LiveAsync(3_600);
        Assert.Contains(house.Receipts, receipt => receipt is { State: ReceiptState.NotApplied, Kind: ControlKind.BatteryDischarge, Note.Length: > 0 });
        Assert.DoesNotContain(house.Receipts, receipt => receipt is { State: ReceiptState.Confirmed, Kind: ControlKind.BatteryDischarge, Asked: not 0 });
        house.AssertTold(FindingCode.SetpointNotApplied, House.Inverter);
        Assert.InRange(house.BusOf(House.Inverter).Writes.Count, 2 * GroupSize, 8 * GroupSize); // three at once, then four an hour
        house.House.Devices.IgnoreWrites(House.Inverter, WriteHabit.Obeys);
        var healed = await house.LiveAsync(2_400, () => !house.Has(FindingCode.SetpointNotApplied, House.Inverter));
        Assert.InRange(healed, 900, 2_000); // the next quarter-hourly try, and as long again of good conduct
    }

    [Fact]
    public async Task M9_shows_what_was_written_and_does_nothing()
    {
        await using var house = await KeptHouse.StartAsync();
        await house.LiveAsync(30);
        house.House.Devices.IgnoreWrites(House.Inverter, WriteHabit.Pretends);
        house.House.Devices.With(site => site.ReleaseBattery(0)); // it covers the house by itself, whatever it is told
        house.Decide(BatteryMode.Idle);
        await house.LiveAsync(120, () => house.Has(FindingCode.SetpointNotApplied, House.Inverter));
        house.AssertTold(FindingCode.SetpointNotApplied, House.Inverter);
        await house.LiveAsync(1);
        house.AssertRests();
    }

    [Fact]
    public async Task M9_an_exception_on_every_write()
    {
        await using var house = await KeptHouse.StartAsync();
        await house.LiveAsync(20);
        var writes = house.BusOf(House.Inverter);
        var before = writes.Writes.Count;
        writes.BeforeWrite = _ => house.House.Devices.Misbehave(House.Inverter, Misbehaviour.Exception(4));
        writes.AfterWrite = _ => house.House.Devices.Misbehave(House.Inverter, Misbehaviour.None);
        await house.LiveAsync(60, () => writes.Writes.Count > before);
        Assert.InRange(await house.LiveAsync(20, () => house.Has(FindingCode.WriteFailed, House.Inverter)), 1, 2);
        house.AssertTold(FindingCode.WriteFailed, House.Inverter);
        house.AssertRests();
        await house.LiveAsync(1_800);
        Assert.InRange(writes.Writes.Count - before, 3, 6);
    }

    [Fact]
    public async Task Reverts_after_77_seconds()
    {
        await using var house = await KeptHouse.StartAsync();
        house.House.Devices.IgnoreWrites(House.Inverter, WriteHabit.Reverts);
        var took = await house.LiveAsync(200, () => house.Receipts.Any(receipt => receipt.State == ReceiptState.Reverted));
        Assert.InRange(took, 70, 85);
        house.AssertTold(FindingCode.SetpointReverted, House.Inverter);
        Assert.Contains(house.Receipts, receipt => receipt is { State: ReceiptState.Confirmed, Kind: ControlKind.BatteryDischarge });
        await house.LiveAsync(1);
        house.AssertRests();
        await house.LiveAsync(4_000);
        house.AssertTold(FindingCode.SetpointReverted, House.Inverter);
        var reverts = house.Receipts.Count(receipt => receipt.State == ReceiptState.Reverted);
        Assert.InRange(reverts, 3, 9);
        Assert.Contains("every 15 minutes", house.Receipts.Last(receipt => receipt.State == ReceiptState.Reverted).Note, StringComparison.Ordinal);
        Assert.InRange(house.BusOf(House.Inverter).Writes.Count, GroupSize, GroupSize * 8 * reverts); // refreshes of 77 s each, no loop
    }

    [Fact]
    public async Task Written_by_a_stranger()
    {
        await using var house = await KeptHouse.StartAsync();
        await house.LiveAsync(30);
        var stranger = house.House.MasterOf(House.Inverter);
        var interval = 3;
        for (var i = 0; i < 400; i++)
        {
            if (house.House.Devices.Shown(House.Inverter, "stor_ctl_mod").Value == 3 && i % interval == 0)
                Assert.Equal(BusReply.Ok, await stranger.SetAsync(1, StorCtlMod, WriteFunction.Multiple, 1)); // "charging limited only": never written from here
            await house.LiveAsync(1);
        }
        Assert.Contains(house.Receipts, receipt => receipt is { State: ReceiptState.ForeignWriter, Seen: 1, Kind: ControlKind.BatteryDischarge });
        house.AssertTold(FindingCode.ForeignWriter, House.Inverter);
        house.AssertRests();
        Assert.InRange(house.BusOf(House.Inverter).Writes.Count, GroupSize, GroupSize * 30); // its 60 s timer is refreshed every 20 s, and no loop answers the stranger
        var fights = house.Receipts.Count(receipt => receipt is { State: ReceiptState.ForeignWriter or ReceiptState.NotApplied, Kind: ControlKind.BatteryDischarge });
        Assert.InRange(fights, 3, 4);
    }

    [Fact]
    public async Task Loses_its_connection_in_the_middle_of_a_group()
    {
        await using var house = await KeptHouse.StartAsync();
        await house.LiveAsync(1); // found
        var bus = house.BusOf(House.Inverter);
        var (nth, isSick) = (0, true);
        bus.BeforeWrite = _ => house.House.Devices.Misbehave(House.Inverter, isSick && ++nth % 3 == 0 ? new(MisbehaviourKind.CloseMidReply) : Misbehaviour.None);
        bus.AfterWrite = reply => house.House.Devices.Misbehave(House.Inverter, Misbehaviour.None);
        await house.LiveAsync(10, () => house.Has(FindingCode.WriteFailed, House.Inverter));
        house.AssertTold(FindingCode.WriteFailed, House.Inverter);
        Assert.Contains(house.Receipts, receipt => receipt is { State: ReceiptState.Failed, Kind: ControlKind.BatteryDischarge } && receipt.Note.Contains("2 of 4 registers written", StringComparison.Ordinal));
        await house.LiveAsync(1_700);
        house.AssertRests();
        Assert.InRange(bus.Writes.Count, 2 * 3, 8 * GroupSize);
        isSick = false;
        await house.LiveAsync(1_000, () => house.Receipts[^1] is { State: ReceiptState.Confirmed or ReceiptState.EffectSeen, Kind: ControlKind.BatteryDischarge });
        var whole = bus.Writes.TakeLast(GroupSize).Select(write => write.Span.Address).ToArray();
        Assert.Equal(GroupSize, whole.Distinct().Count()); // the group was done whole
        Assert.Equal(StorCtlMod, whole[^1]); // and in its order
    }
}
