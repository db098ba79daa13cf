using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>What a client of our own reads from all devices together.</summary>
public sealed class WholeHouse
{
    /// <summary>What an honest device of the model leaves open, too: things this house does not have.</summary>
    private static readonly Dictionary<string, string[]> LeftOpen = new()
    {
        [House.Meter] = [],
        [House.Inverter] = ["connected_phase"],
        [House.Gateway] =
        [
            "pv_on_genset_l1", "pv_on_genset_l2", "pv_on_genset_l3", "genset_l1", "genset_l2", "genset_l3", "bms_starter_voltage", "dc_time_to_go",
            "bms_time_to_go",
        ],
        [House.Box] = [],
    };

    [Theory]
    [InlineData(House.Meter)]
    [InlineData(House.Inverter)]
    [InlineData(House.Gateway)]
    [InlineData(House.Box)]
    public async Task Every_register_a_technician_reads_says_something(string device)
    {
        await using var house = await House.StartAsync(loadWatts: 500, pvWatts: 1_000);
        house.Run(60);
        var table = await house.ReadAllAsync(device);
        List<string> open = [];
        for (var i = 0; i < table.Device.Profile.Points.Length; i++)
        {
            var point = table.Device.Profile.Points[i];
            if (point.Access != PointAccess.Write && !table.Get(i, 0).IsGood)
                open.Add(point.Name);
        }
        Assert.Equal(LeftOpen[device].Order(), open.Order());
    }

    [Theory]
    [InlineData(3_000, 0, false)]
    [InlineData(500, 1_000, false)]
    [InlineData(1_200, 1_000, true)]
    public async Task The_balance_holds_over_the_wire(double loadWatts, double pvWatts, bool withCar)
    {
        await using var house = await House.StartAsync(loadWatts, pvWatts);
        if (withCar)
            house.Devices.With(site => site.PlugIn(0, 20_000, 36_000));
        for (var minute = 0; minute < 5; minute++)
        {
            house.Run(60);
            var (meter, inverter, gateway, box) = (await house.ReadAllAsync(House.Meter), await house.ReadAllAsync(House.Inverter),
                await house.ReadAllAsync(House.Gateway), await house.ReadAllAsync(House.Box));
            var import = meter.Get("power");
            var load = import + inverter.Get("pv_production") + inverter.Get("battery_discharge") - box.Get("power");
            Assert.Equal(loadWatts, load, 2.5);
            Assert.Equal(import, meter.Get("power_l1") + meter.Get("power_l2") + meter.Get("power_l3"), 0.01);
            Assert.Equal(import, gateway.Get("grid_import"), 2.0);
            Assert.Equal(loadWatts + box.Get("power"), gateway.Get("load"), 2.0);
            Assert.Equal(gateway.Get("battery_discharge"), gateway.Get("bms_voltage") * gateway.Get("bms_discharge_current"), 5.0);
            Assert.Equal(inverter.Get("ac_power"), inverter.Get("pv_production") + inverter.Get("battery_discharge"), 2.0);
            Assert.Equal(meter.Get("apparent_power_l1"), meter.Get("voltage_l1") * meter.Get("current_l1"), 0.5);
            Assert.Equal(Math.Abs(inverter.Get("ac_power")), inverter.Get("ac_current") * inverter.Get("ac_voltage_l1"), 60.0);
        }
    }

    [Fact]
    public async Task A_one_phase_house_is_served_too()
    {
        await using var house = await House.StartAsync(1_000, 0, House.Site(phases: 1));
        house.Run(60);
        var inverter = await house.ReadAllAsync(House.Inverter);
        Assert.Equal(1, inverter.Get("connected_phase"));
        Assert.False(inverter.Get(inverter.Device.Profile.IndexOf("ac_voltage_l2"), 0).IsKnown);
        var meter = await house.ReadAllAsync(House.Meter);
        Assert.Equal(meter.Get("power"), meter.Get("power_l1"), 0.01);
        Assert.Equal(0, meter.Get("power_l2"));
    }

    [Fact]
    public async Task The_night_is_seen_in_the_states()
    {
        await using var house = await House.StartAsync(loadWatts: 0);
        house.Run(60);
        Assert.Equal(8, (await house.ReadAllAsync(House.Inverter)).Get("state"));
        await using var day = await House.StartAsync(loadWatts: 0, pvWatts: 1);
        day.Run(60);
        Assert.Equal(4, (await day.ReadAllAsync(House.Inverter)).Get("state"));
    }

    [Theory]
    [InlineData(House.Meter, 1, 0)]
    [InlineData(House.Gateway, 100, 843)]
    public async Task Meter_and_gateway_take_no_writes(string device, byte unit, int address)
    {
        await using var house = await House.StartAsync();
        Assert.Equal(new BusReply(BusStatus.Exception, 2), await house.MasterOf(device).SetAsync(unit, address, WriteFunction.Multiple, 1));
    }
}
