using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Field;
using SmartEms.Edge.Tests.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Complaints;

/// <summary>What users suffered from devices that keep, lose or ignore what they are told; docs/complaints.md lists them all.</summary>
public sealed class ObstinateDevices
{
    /// <summary>The controller dies while it forces the battery to charge: the inverter's own timer ends it, and the next start knows what was left held.</summary>
    [Fact]
    public async Task No03_A_dead_controller_leaves_no_battery_in_a_forced_mode()
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 2_000);
        house.Decide(BatteryMode.GridCharge100);
        await house.LiveAsync(60);
        Assert.True(house.House.Of(site => site.BatteryDischargeWatts) < -3_500);
        Assert.Contains(house.Holds.Lines, line => line is { Device: House.Inverter, Kind: ControlKind.BatteryDischarge });
        house.House.Run(90); // nobody keeps it any more
        Assert.True(house.House.Of(site => site.BatteryDischargeWatts) > -100, "it still charges from the grid");
        Assert.Contains(house.Holds.Lines, line => line.Device == House.Inverter); // what the next start hands back first
    }

    [Fact]
    public async Task No04_One_unreachable_device_stops_nothing_else()
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 2_000, timeoutMs: 300);
        house.House.Devices.Misbehave(House.Box, Misbehaviour.Silent); // from before the first word on
        house.House.Devices.Misbehave(House.Gateway, Misbehaviour.None);
        await house.LiveAsync(40);
        house.AssertTold(FindingCode.DeviceDown, House.Box);
        Assert.True(house.Image.Grid.Import.IsGood);
        Assert.Equal(ReceiptState.EffectSeen, house.SessionOf(House.Inverter).Proof(ControlKind.BatteryDischarge)!.Value.State);
        Assert.Equal(0, house.Image.Grid.Import.Value.Watts, 60.0);
        Assert.True(house.SessionOf(House.Meter).Counts.Answers > 40);
    }

    /// <summary>Writing a value again that already stands has had side effects: it restarts slots and disturbs its neighbours.</summary>
    [Fact]
    public async Task No07_What_already_stands_is_not_written_again()
    {
        await using OneDevice device = new("go-e-gemini", ControlKind.EvCurrent);
        await device.LiveAsync(3_600, _ => 10);
        Assert.Equal((1, 1), (device.WritesOf("set_current"), device.WritesOf("force_state")));
        await device.LiveAsync(600, _ => 12);
        Assert.Equal((2, 1), (device.WritesOf("set_current"), device.WritesOf("force_state"))); // the one that changed, and not its neighbour
    }

    /// <summary>The write is accepted and the register goes on as before: told, no longer counted on, and tried a bounded number of times.</summary>
    [Fact]
    public async Task No08_A_write_that_did_not_stick_is_told_and_not_repeated_for_ever()
    {
        await using var house = await KeptHouse.StartAsync();
        house.House.Devices.IgnoreWrites(House.Inverter);
        await house.LiveAsync(1_800);
        house.AssertTold(FindingCode.SetpointNotApplied, House.Inverter);
        house.AssertRests();
        Assert.Contains(house.Receipts, receipt => receipt is { State: ReceiptState.NotApplied, Kind: ControlKind.BatteryDischarge });
        Assert.DoesNotContain(house.Receipts, receipt => receipt is { State: ReceiptState.Confirmed or ReceiptState.EffectSeen, Kind: ControlKind.BatteryDischarge, Asked: not 0 });
        Assert.InRange(house.BusOf(House.Inverter).Writes.Count, 4, 6 * 4); // six tries of four registers
    }

    /// <summary>All registers read as written and the battery does something else: its measured power decides what is said of it.</summary>
    [Fact]
    public async Task No11_A_device_that_does_nothing_is_not_called_well()
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 3_000);
        await house.LiveAsync(30);
        house.House.Devices.IgnoreWrites(House.Inverter, WriteHabit.Pretends);
        house.House.Devices.With(site => site.ReleaseBattery(0));
        house.Decide(BatteryMode.Idle);
        var took = await house.LiveAsync(120, () => house.Has(FindingCode.SetpointNotApplied, House.Inverter));
        Assert.InRange(took, 1, 60);
        Assert.NotEqual(ControlDoubt.None, house.SessionOf(House.Inverter).Link.Controls.BatteryDischarge);
        await house.LiveAsync(1);
        house.AssertRests();
    }
}
