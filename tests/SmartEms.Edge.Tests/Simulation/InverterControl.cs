using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>The inverter's two controls, written at the registers of the published models.</summary>
public sealed class InverterControl
{
    // The chain as the published lengths give it: 40002 + (2+66) + (2+50) + (2+26) + (2+30) + (2+44) = model 123, and 124 behind it.
    private const int Limits = 40_228;
    private const int Storage = 40_254;

    [Fact]
    public async Task The_chain_lies_where_these_tests_write()
    {
        await using var house = await House.StartAsync();
        Assert.Equal([123, 24], await house.MasterOf(House.Inverter).GetAsync(1, Limits, 2));
        Assert.Equal([124, 24], await house.MasterOf(House.Inverter).GetAsync(1, Storage, 2));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(-2_000)]
    [InlineData(0)]
    public async Task A_window_of_one_point_is_that_power_until_the_timer_runs_out(int watts)
    {
        await using var house = await House.StartAsync(loadWatts: 1_500);
        var master = house.MasterOf(House.Inverter);
        await WindowAsync(master, -watts, watts, mode: 3, seconds: 60);
        house.Run(59);
        Assert.Equal(watts, house.Of(site => site.BatteryDischargeWatts), 1.0);
        Assert.Equal([3], await master.GetAsync(1, Storage + 5));
        house.Run(11);
        Assert.Equal(1_500, house.Of(site => site.BatteryDischargeWatts), 1.0);
        Assert.Equal([0], await master.GetAsync(1, Storage + 5));
        Assert.Equal([10_000, 10_000, 0, 60], await master.GetAsync(1, Storage + 12, 4));
        Assert.Equal(1, house.Of(site => site.Batteries[0].Reversions));
    }

    [Fact]
    public async Task Any_write_of_the_group_starts_the_timer_anew()
    {
        await using var house = await House.StartAsync();
        var master = house.MasterOf(House.Inverter);
        await WindowAsync(master, 500, -500, mode: 3, seconds: 60);
        foreach (var (register, value) in ((int, ushort)[])[(12, 0xFB1E), (13, 1_250), (15, 60), (5, 3)])
        {
            house.Run(50);
            Assert.Equal(BusReply.Ok, await master.SetAsync(1, Storage + register, WriteFunction.Multiple, value));
        }
        house.Run(59);
        Assert.Equal(-500, house.Of(site => site.BatteryDischargeWatts), 1.0);
        Assert.Equal(0, house.Of(site => site.Reversions));
        house.Run(1);
        Assert.Equal(1, house.Of(site => site.Reversions));
    }

    [Fact]
    public async Task Without_a_timer_a_command_stands_for_ever()
    {
        await using var house = await House.StartAsync(loadWatts: 200);
        await WindowAsync(house.MasterOf(House.Inverter), 0, 0, mode: 3, seconds: 0);
        house.Run(10 * 86_400, step: 600);
        Assert.Equal(0, house.Of(site => site.BatteryDischargeWatts));
        Assert.Equal(0, house.Of(site => site.Reversions));
    }

    [Theory]
    [InlineData(0, 1, 1_500, 1_500)] // no charging: serves the load
    [InlineData(0, 2, 1_500, 0)] // no discharging (hold)
    [InlineData(800, 2, 1_500, 800)] // at most 800 W out
    [InlineData(-2_000, 2, 1_500, -2_000)] // "most discharge" below zero: charges at least so much
    [InlineData(-3_000, 1, 1_500, 3_000)] // "most charge" below zero: discharges at least so much
    [InlineData(800, 0, 1_500, 1_500)] // neither bit: the rates mean nothing
    public async Task One_limit_leaves_the_rest_to_the_devices_own_automatic(int watts, int mode, int loadWatts, int discharge)
    {
        await using var house = await House.StartAsync(loadWatts);
        await WindowAsync(house.MasterOf(House.Inverter), watts, watts, (ushort)mode, seconds: 300);
        house.Run(30);
        Assert.Equal(discharge, house.Of(site => site.BatteryDischargeWatts), 1.0);
    }

    [Fact]
    public async Task No_charging_leaves_surplus_to_the_grid()
    {
        await using var house = await House.StartAsync(loadWatts: 1_000, pvWatts: 1);
        await WindowAsync(house.MasterOf(House.Inverter), 0, 4_000, mode: 1, seconds: 300);
        house.Run(30);
        Assert.Equal(0, house.Of(site => site.BatteryDischargeWatts), 1.0);
        Assert.Equal(-5_000, house.Of(site => site.ImportWatts), 1.0);
    }

    [Theory]
    [InlineData(0, 2_200)]
    [InlineData(-2_000, 4_200)] // the limit holds at the AC terminals: what the battery takes on the DC side is no output
    public async Task A_production_limit_holds_throttles_and_runs_out(int discharge, int pv)
    {
        await using var house = await House.StartAsync(loadWatts: 1_000, pvWatts: 1);
        var master = house.MasterOf(House.Inverter);
        await WindowAsync(master, -discharge, discharge, mode: 3, seconds: 0);
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Limits + 5, WriteFunction.Multiple, 2_000)); // 20 % of 11 kW
        house.Run(30);
        Assert.Equal(6_000, house.Of(site => site.PvWatts), 1.0);
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Limits + 7, WriteFunction.Multiple, 60));
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Limits + 9, WriteFunction.Multiple, 1));
        house.Run(59);
        Assert.Equal(pv, house.Of(site => site.PvWatts), 1.0);
        var table = await house.ReadAllAsync(House.Inverter);
        Assert.Equal(2_200, table.Get("ac_power"), 1.5);
        Assert.Equal((5, 5, 6_000), (table.Get("state"), table.Get("mppt1_state"), table.Get("available_power")));
        house.Run(30);
        Assert.Equal(6_000, house.Of(site => site.PvWatts), 1.0);
        Assert.Equal(1, house.Of(site => site.PvPlants[0].Reversions));
        Assert.Equal([0], await master.GetAsync(1, Limits + 9));
        Assert.Equal([10_000], await master.GetAsync(1, Limits + 5));
        Assert.Equal(4, (await house.ReadAllAsync(House.Inverter)).Get("state"));
    }

    [Fact]
    public async Task A_battery_that_moves_does_not_prolong_the_production_limit()
    {
        await using var house = await House.StartAsync(loadWatts: 1_000, pvWatts: 1);
        var master = house.MasterOf(House.Inverter);
        await WindowAsync(master, 0, 0, mode: 3, seconds: 0);
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Limits + 5, WriteFunction.Multiple, 2_000));
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Limits + 7, WriteFunction.Multiple, 60));
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Limits + 9, WriteFunction.Multiple, 1));
        house.Run(55);
        await WindowAsync(master, 1_000, -1_000, mode: 3, seconds: 0);
        house.Run(4);
        Assert.Equal(0, house.Of(site => site.PvPlants[0].Reversions));
        house.Run(1);
        Assert.Equal(1, house.Of(site => site.PvPlants[0].Reversions));
    }

    [Fact]
    public async Task Rates_out_of_range_are_refused()
    {
        await using var house = await House.StartAsync();
        var master = house.MasterOf(House.Inverter);
        Assert.Equal(new BusReply(BusStatus.Exception, 3), await master.SetAsync(1, Storage + 12, WriteFunction.Multiple, 10_001));
        Assert.Equal(new BusReply(BusStatus.Exception, 2), await master.SetAsync(1, Storage + 8, WriteFunction.Multiple, 1));
    }

    /// <summary>Rates in watts of WChaMax 4 kW, two decimals of a percent.</summary>
    private static async Task WindowAsync(ModbusTcpMaster master, int mostCharge, int mostDischarge, ushort mode, ushort seconds)
    {
        static ushort Rate(int watts) => unchecked((ushort)(short)(watts * 10_000 / 4_000));
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Storage + 12, WriteFunction.Multiple, Rate(mostDischarge), Rate(mostCharge)));
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Storage + 15, WriteFunction.Multiple, seconds));
        Assert.Equal(BusReply.Ok, await master.SetAsync(1, Storage + 5, WriteFunction.Multiple, mode));
    }
}
