using System.Collections.Immutable;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Maps;
using SmartEms.Edge.Tests.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>Devices that are unwell on command, and how they are started and moved.</summary>
public sealed class Moods
{
    private const int StorCtlMod = 40_259;

    [Fact]
    public async Task Ignored_writes_are_answered_well_and_change_nothing()
    {
        await using var house = await House.StartAsync();
        var master = house.MasterOf(House.Inverter);
        house.Devices.IgnoreWrites(House.Inverter);
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, StorCtlMod, WriteFunction.Multiple, 2));
        Assert.Equal([0], await master.GetAsync(1, StorCtlMod));
        Assert.Equal(new BusReply(BusStatus.Exception, 3), await master.SetAsync(1, StorCtlMod, WriteFunction.Multiple, 9));
        house.Devices.IgnoreWrites(House.Inverter, WriteHabit.Pretends);
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, StorCtlMod + 7, WriteFunction.Multiple, 0)); // no discharge
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, StorCtlMod, WriteFunction.Multiple, 2));
        house.Run(30);
        Assert.Equal([2], await master.GetAsync(1, StorCtlMod));
        Assert.Equal(1_500, house.Of(site => site.BatteryDischargeWatts), 1.0);
        house.Devices.IgnoreWrites(House.Inverter, WriteHabit.Obeys);
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, StorCtlMod + 7, WriteFunction.Multiple, 0));
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, StorCtlMod, WriteFunction.Multiple, 2));
        house.Run(30);
        Assert.Equal(0, house.Of(site => site.BatteryDischargeWatts), 1.0);
    }

    [Fact]
    public async Task A_frozen_device_says_the_same_for_ever()
    {
        await using var house = await House.StartAsync(loadWatts: 3_000);
        house.Run(2);
        house.Devices.Freeze(House.Meter);
        var before = (await house.ReadAllAsync(House.Meter)).Get("power");
        house.Run(60);
        Assert.NotEqual(before, house.Of(site => site.ImportWatts), 100.0);
        Assert.Equal(before, (await house.ReadAllAsync(House.Meter)).Get("power"));
        house.Devices.Freeze(House.Meter, isFrozen: false);
        Assert.Equal(house.Of(site => site.ImportWatts), (await house.ReadAllAsync(House.Meter)).Get("power"), 0.1);
    }

    [Fact]
    public async Task Raw_nonsense_stays_until_it_is_cleared()
    {
        await using var house = await House.StartAsync();
        house.Devices.SetRaw(House.Gateway, "bms_soc", 65_000);
        house.Devices.SetRaw(House.Meter, "frequency", 0x7FC0, 0);
        house.Run(10);
        Assert.Equal([65_000], await house.MasterOf(House.Gateway).GetAsync(226, 266));
        Assert.False(house.Devices.Shown(House.Meter, "frequency").IsKnown);
        house.Devices.ClearRaw(House.Gateway, "bms_soc");
        house.Devices.ClearRaw(House.Meter, "frequency");
        Assert.Equal(house.Of(site => site.Batteries[0].Soc * 100), house.Devices.Shown(House.Gateway, "bms_soc").Value, 0.06);
        Assert.Equal(house.Of(site => site.Grid.Hertz), house.Devices.Shown(House.Meter, "frequency").Value, 0.001);
        Assert.Throws<ArgumentException>(() => house.Devices.SetRaw(House.Meter, "no_such_point", 1));
    }

    [Fact]
    public async Task A_device_that_was_off_comes_back_on_its_port()
    {
        await using var house = await House.StartAsync();
        var master = house.MasterOf(House.Inverter);
        Assert.Equal([0], await master.GetAsync(1, StorCtlMod));
        var port = house.Devices.EndPoint(House.Inverter).Port;
        await house.Devices.SwitchOffAsync(House.Inverter);
        var reply = await master.ReadAsync(new(1, RegisterSpace.HoldingRegister, StorCtlMod, 1), new ushort[1], default).AsTask().Guarded();
        Assert.NotEqual(BusStatus.Ok, reply.Status);
        reply = await master.ReadAsync(new(1, RegisterSpace.HoldingRegister, StorCtlMod, 1), new ushort[1], default).AsTask().Guarded();
        Assert.Equal(BusStatus.Unreachable, reply.Status);
        Assert.True((await house.ReadAllAsync(House.Meter)).Get("frequency") > 49, "the others go on");
        await house.Devices.SwitchOnAsync(House.Inverter);
        Assert.Equal([0], await master.GetAsync(1, StorCtlMod));
        Assert.Equal(port, house.Devices.EndPoint(House.Inverter).Port);
    }

    [Fact]
    public async Task Misbehaviour_is_that_of_the_slave()
    {
        await using var house = await House.StartAsync();
        house.Devices.Misbehave(House.Box, Misbehaviour.Busy);
        var reply = await house.MasterOf(House.Box).ReadAsync(new(255, RegisterSpace.HoldingRegister, 1000, 2), new ushort[2], default).AsTask().Guarded();
        Assert.Equal(new BusReply(BusStatus.Exception, 6), reply);
        house.Devices.Misbehave(House.Box, Misbehaviour.None);
        Assert.Equal([0, 1], await house.MasterOf(House.Box).GetAsync(255, 1000, 2));
    }

    [Fact]
    public async Task Devices_behind_one_gateway_share_its_port_and_one_of_them_can_be_gone()
    {
        var site = House.Site();
        site = site with { Devices = [.. site.Devices.Select(device => device.Name is House.Meter ? device with { Link = new("127.0.0.1", 5022, 3) } : device)] };
        await using var house = await House.StartAsync(site: site);
        Assert.Equal(house.Devices.EndPoint(House.Meter), house.Devices.EndPoint(House.Inverter));
        house.Run(10);
        Assert.Equal(house.Of(simulated => simulated.ImportWatts), (await house.ReadAllAsync(House.Meter)).Get("power"), 0.1);
        var master = house.MasterOf(House.Inverter);
        async Task<BusReply> ReadAsync(byte unit, RegisterSpace space, ushort address) =>
            await master.ReadAsync(new(unit, space, address, 2), new ushort[2], default).AsTask().Guarded();
        await house.Devices.SwitchOffAsync(House.Meter);
        Assert.Equal(new BusReply(BusStatus.Exception, 0x0B), await ReadAsync(3, RegisterSpace.InputRegister, 52));
        Assert.Equal(BusReply.Ok, await ReadAsync(1, RegisterSpace.HoldingRegister, 40_000));
        Assert.Equal(new BusReply(BusStatus.Exception, 0x0A), await ReadAsync(9, RegisterSpace.HoldingRegister, 0));
        await house.Devices.SwitchOnAsync(House.Meter);
        Assert.Equal(BusReply.Ok, await ReadAsync(3, RegisterSpace.InputRegister, 52));
    }

    [Theory]
    [InlineData("192.168.1.7", 1, "127.0.0.1")]
    [InlineData("127.0.0.1", 1, "both are unit 1")]
    public async Task Strangers_and_doubles_are_refused(string host, byte unit, string words)
    {
        var site = House.Site();
        site = site with { Devices = site.Devices.SetItem(0, new(House.Meter, "eastron-sdm630", new(host, 5022, unit))) };
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => House.StartAsync(site: site));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ports_of_the_site_file_are_taken_when_nobody_says_otherwise()
    {
        await using var first = await House.StartAsync();
        var site = first.Devices.SiteWithBoundPorts;
        Assert.Equal(first.Devices.EndPoint(House.Meter).Port, site.Devices[0].Link.Port);
        Assert.DoesNotContain(site.Devices, device => device.Link.Port is >= 5021 and <= 5024);
        await first.Devices.DisposeAsync();
        await using var again = await SimulatedDevices.StartAsync(Homes.Simulate(site, Homes.Flat(0, 0)), Hardware.Profile, TimeProvider.System);
        Assert.Equal(site.Devices.ToArray(), again.SiteWithBoundPorts.Devices.ToArray());
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(
            () => SimulatedDevices.StartAsync(Homes.Simulate(site, Homes.Flat(0, 0)), Hardware.Profile, TimeProvider.System));
    }

    [Fact]
    public async Task The_site_moves_with_the_clock()
    {
        await using var house = await House.StartAsync();
        using CancellationTokenSource stop = new(), hang = new(Shared.HangGuard);
        var running = house.Devices.RunAsync(TimeSpan.FromMilliseconds(100), stop.Token);
        house.Time.Advance(TimeSpan.FromSeconds(5));
        while (house.Devices.Look(site => site.Now) < Homes.Start + TimeSpan.FromSeconds(5))
        {
            hang.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        Assert.Equal(Homes.Start + TimeSpan.FromSeconds(5), house.Devices.Look(site => site.Now));
        Assert.Equal(1_500, house.Devices.Shown(House.Inverter, "mppt4_dc_power").Value, 2.0);
        await stop.CancelAsync();
        await running.Guarded();
    }
}
