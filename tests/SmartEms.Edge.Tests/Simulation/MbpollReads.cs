using SmartEms.Edge.Core.Simulating;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.MbpollInterop;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>Somebody else's master, Debian's mbpoll, reads every simulated device at the addresses of the vendors' documents.</summary>
public sealed class MbpollReads
{
    [Fact]
    public async Task The_meter_as_floats()
    {
        await using var house = await Living();
        async Task<double> Float(int address) => double.Parse((await PollAsync(Port(house, House.Meter), "-t", "3:float", "-B", "-a", "1", "-r", $"{address}"))[address]);
        var grid = house.Devices.Look(site => site.Grid);
        for (var phase = 0; phase < 3; phase++)
        {
            Assert.Equal(grid.Volts(phase), await Float(2 * phase), 0.01);
            Assert.Equal(grid.Amperes(phase), await Float(6 + (2 * phase)), 0.001);
            Assert.Equal(grid.PhaseWatts(phase), await Float(12 + (2 * phase)), 0.1);
        }
        Assert.Equal(grid.ImportWatts, await Float(52), 0.1);
        Assert.Equal(grid.Hertz, await Float(70), 0.001);
        Assert.Equal(grid.ImportedWattHours / 1000, await Float(72), 0.001);
        Assert.Equal(grid.ExportedWattHours / 1000, await Float(74), 0.001);
    }

    [Fact]
    public async Task The_inverter_by_marker_ids_and_scale_factors()
    {
        await using var house = await Living();
        var port = Port(house, House.Inverter);
        async Task<int> Raw(int address) => Number((await PollAsync(port, "-t", "4", "-a", "1", "-r", $"{address}"))[address]);
        async Task<double> Scaled(int address, int scaleFactor) => await Raw(address) * Math.Pow(10, unchecked((short)await Raw(scaleFactor)));
        Assert.Equal(["0x5375", "0x6E53"], (await PollAsync(port, "-t", "4:hex", "-r", "40000", "-c", "2")).Values);
        Dictionary<int, int> models = [];
        var at = 40_002;
        for (int id; (id = await Raw(at)) != 0xFFFF; at += 2 + await Raw(at + 1))
            models.Add(id, at);
        Assert.Equal([1, 103, 120, 121, 122, 123, 124, 160], models.Keys);
        var site = house.Devices.Look(site => site);
        Assert.Equal(site.PvWatts + site.BatteryDischargeWatts, await Scaled(models[103] + 14, models[103] + 15), 1.0);
        Assert.Equal(site.Grid.Volts(0), await Scaled(models[103] + 10, models[103] + 13), 0.06);
        Assert.Equal(site.Grid.Hertz, await Scaled(models[103] + 16, models[103] + 17), 0.006);
        Assert.Equal(4_000, await Scaled(models[124] + 2, models[124] + 18));
        Assert.Equal(site.Batteries[0].Soc * 100, await Scaled(models[124] + 8, models[124] + 22), 0.006);
        Assert.Equal(site.PvWatts, await Scaled(models[160] + 21, models[160] + 4) + await Scaled(models[160] + 41, models[160] + 4), 1.5);
        Assert.Equal(-site.BatteryDischargeWatts, await Scaled(models[160] + 61, models[160] + 4), 1.0);
        Assert.Equal(0, await Raw(models[160] + 81));
        Assert.Equal("SmartEms", Letters(await PollAsync(port, "-t", "4:hex", "-r", $"{models[1] + 2}", "-c", "4")));
    }

    [Fact]
    public async Task The_gateway_at_both_units()
    {
        await using var house = await Living();
        async Task<int> Raw(int unit, int address) => Number((await PollAsync(Port(house, House.Gateway), "-t", "4", "-a", $"{unit}", "-r", $"{address}"))[address]);
        async Task<int> Signed(int unit, int address) => unchecked((short)await Raw(unit, address));
        var site = house.Devices.Look(site => site);
        var battery = site.Batteries[0];
        Assert.True(battery.PackAmperes < -10, "the battery must be charging, or no sign is tested");
        Assert.Equal(site.ImportWatts, await Signed(100, 820) + await Signed(100, 821) + await Signed(100, 822), 2.0);
        Assert.Equal(site.LoadWatts + site.EvChargeWatts, await Raw(100, 817) + await Raw(100, 818) + await Raw(100, 819), 2.0);
        Assert.Equal(site.PvWatts, await Raw(100, 811) + await Raw(100, 812) + await Raw(100, 813), 2.0);
        Assert.Equal(battery.PackVolts, await Raw(100, 840) / 10.0, 0.06);
        Assert.Equal(-battery.PackAmperes, await Signed(100, 841) / 10.0, 0.06);
        Assert.Equal(-battery.PackAmperes * battery.PackVolts, await Signed(100, 842), 1.0);
        Assert.Equal(battery.Soc * 100, await Raw(100, 843), 0.6);
        Assert.Equal(-battery.PackAmperes * battery.PackVolts, await Signed(226, 258), 1.0);
        Assert.Equal(battery.PackVolts, await Raw(226, 259) / 100.0, 0.006);
        Assert.Equal(battery.Celsius, await Signed(226, 262) / 10.0, 0.06);
        Assert.Equal(battery.Soc * 100, await Raw(226, 266) / 10.0, 0.06);
        Assert.Equal(battery.ChargeMaxAmperes, await Raw(226, 307) / 10.0, 0.06);
        Assert.Equal((1, 1), (await Raw(226, 1297), await Raw(226, 1298)));
    }

    [Fact]
    public async Task The_charging_station_in_32_bits()
    {
        await using var house = await Living();
        async Task<int> Long(int address) => int.Parse((await PollAsync(Port(house, House.Box), "-t", "4:int", "-B", "-a", "255", "-r", $"{address}"))[address]);
        var ev = house.Devices.Look(site => site.EvChargers[0]);
        Assert.True(ev.ChargeWatts > 10_000, "the car must charge");
        Assert.Equal((3, 7), (await Long(1000), await Long(1004)));
        Assert.Equal(ev.ChargeWatts, await Long(1020) / 1000.0, 0.001);
        Assert.Equal(ev.Amperes, await Long(1008) / 1000.0, 0.001);
        Assert.Equal(230, await Long(1040));
        Assert.Equal((16_000, 16_000), (await Long(1100), await Long(1110)));
        Assert.Equal(ev.SessionWattHours, await Long(1502), 1.0);
        Assert.Equal(50_990_336, await Long(1018));
    }

    /// <summary>Sun, a charging battery and a charging car, some minutes old.</summary>
    private static async Task<House> Living()
    {
        var house = await House.StartAsync(loadWatts: 800, pvWatts: 1_000);
        house.Devices.With(site => site.PlugIn(0, 20_000, 36_000));
        house.Devices.With(site => site.CommandBattery(0, -2_000, double.PositiveInfinity));
        house.Run(300);
        return house;
    }

    private static int Port(House house, string device) => house.Devices.EndPoint(device).Port;

    /// <summary>mbpoll prints registers above 32767 with their negative reading behind: "40000 (-25536)".</summary>
    private static int Number(string printed) => int.Parse(printed.Split(' ')[0]);

    private static string Letters(Dictionary<int, string> hex) => string.Concat(hex.OrderBy(pair => pair.Key)
        .Select(pair => Convert.ToInt32(pair.Value, 16)).SelectMany(word => new[] { (char)(word >> 8), (char)(word & 0xFF) }));
}
