using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>The controls of our own profiles against devices that were written without looking at them: what is asked must happen, and end by itself.</summary>
public sealed class OwnControls
{
    [Theory]
    [InlineData(House.Inverter, ControlKind.BatteryDischarge, 1_700)]
    [InlineData(House.Inverter, ControlKind.BatteryDischarge, -3_100)]
    [InlineData(House.Inverter, ControlKind.BatteryDischarge, 0)]
    [InlineData(House.Inverter, ControlKind.PvLimit, 2_500)]
    [InlineData(House.Inverter, ControlKind.PvLimit, 0)]
    [InlineData(House.Box, ControlKind.EvCurrent, 9)]
    [InlineData(House.Box, ControlKind.EvCurrent, 0)]
    public async Task What_a_control_asks_for_happens_and_falls_back_by_itself(string device, ControlKind kind, double target)
    {
        await using var house = await House.StartAsync(loadWatts: 1_000, pvWatts: 1);
        house.Devices.With(site => site.PlugIn(0, 20_000, 36_000));
        if (kind == ControlKind.PvLimit)
            house.Devices.With(site => site.CommandBattery(0, 0, double.PositiveInfinity)); // the limit holds at the AC terminals
        house.Run(30);
        var table = await house.ReadAllAsync(device);
        var control = table.Device.Profile.Controls.Single(control => control.Kind == kind);
        await DoAsync(house, device, table, control, (ControlPhase.Arm, 0));
        await DoAsync(house, device, table, control, (ControlPhase.Apply, target));
        house.Run(control.TimeoutMs / 1000 - 1);
        Assert.Equal(target, Effect(house, kind), kind == ControlKind.EvCurrent ? 0.1 : 2);
        Assert.Equal(0, house.Of(site => site.Reversions));
        house.Run(30);
        Assert.Equal(1, house.Of(site => site.Reversions));
        Assert.NotEqual(target, Effect(house, kind), kind == ControlKind.EvCurrent ? 0.1 : 2);

        await DoAsync(house, device, table, control, (ControlPhase.Apply, target));
        await DoAsync(house, device, table, control, (ControlPhase.Release, 0));
        house.Run(10 * 60);
        Assert.NotEqual(target, Effect(house, kind), kind == ControlKind.EvCurrent ? 0.1 : 2);
        if (kind == ControlKind.EvCurrent)
            Assert.Equal(6, Effect(house, kind), 0.1);
    }

    [Theory]
    [InlineData(House.Inverter, ControlKind.BatteryDischarge, 1_700)]
    [InlineData(House.Inverter, ControlKind.PvLimit, 2_500)]
    [InlineData(House.Box, ControlKind.EvCurrent, 9)]
    public async Task What_was_written_is_read_back_where_the_profile_says(string device, ControlKind kind, double target)
    {
        await using var house = await House.StartAsync(loadWatts: 1_000, pvWatts: 1);
        var table = await house.ReadAllAsync(device);
        var control = table.Device.Profile.Controls.Single(control => control.Kind == kind);
        ControlPhase[] phases = [ControlPhase.Arm, ControlPhase.Apply];
        var writes = phases.SelectMany(phase => ControlRecipe.Of(control, phase, target, table, 0).Writes).ToList();
        foreach (var phase in phases)
            await DoAsync(house, device, table, control, (phase, target));
        var after = await house.ReadAllAsync(device);
        foreach (var write in writes.Where(write => write.ReadBack >= 0))
            Assert.Equal(write.Expected, after.Get(write.ReadBack, 0).Value);
        Assert.Contains(writes, write => write.ReadBack >= 0);
    }

    private static async Task DoAsync(House house, string device, DeviceTable table, ControlDefinition control, (ControlPhase Phase, double Target) step)
    {
        var recipe = ControlRecipe.Of(control, step.Phase, step.Target, table, 0);
        Assert.True(recipe.IsOk, recipe.Refusal);
        foreach (var write in recipe.Writes)
            Assert.Equal(BusReply.Ok, await house.MasterOf(device).WriteAsync(write.Span, write.Words.AsMemory(), write.Function, default).AsTask().Guarded());
    }

    private static double Effect(House house, ControlKind kind) => house.Of(site => kind switch
    {
        ControlKind.BatteryDischarge => site.BatteryDischargeWatts,
        ControlKind.PvLimit => site.PvWatts,
        _ => site.EvChargers[0].Amperes,
    });
}
