using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>A model the simulation has no class for: its measures are shown all the same.</summary>
public sealed class PlainDevices
{
    private static readonly DeviceProfile Plain = new("plain", "Plain", new LinkRules(),
    [
        new("import", RegisterType.U16) { Address = 0, Unit = "W" },
        new("export", RegisterType.U16) { Address = 1, Unit = "W" },
        new("exchange", RegisterType.S16) { Measure = Measure.GridImport, Terms = [new("import", 1), new("export", -1)] },
        new("roof_a", RegisterType.U16) { Address = 2, Unit = "W" },
        new("roof_b", RegisterType.S16) { Address = 3, Unit = "W", Scale = -10 },
        new("roof", RegisterType.U16) { Measure = Measure.PvProduction, Terms = [new("roof_a", 1), new("roof_b", 1)] },
        new("frequency", RegisterType.U16) { Address = 4, Scale = 0.01, Unit = "Hz", Measure = Measure.GridFrequency },
        new("volts", RegisterType.U16) { Address = 5, Scale = 0.001, Sentinels = [0xFFFF], Unit = "V", Measure = Measure.GridVoltageL1 },
        new("limit", RegisterType.U16) { Address = 6, Access = PointAccess.ReadWrite },
    ]);

    [Theory]
    [InlineData(2_000, 0, 2_000, 0)]
    [InlineData(1_000, 1, 0, 5_000)]
    public async Task Measures_are_shown_and_sums_through_their_terms(double loadWatts, double pvWatts, int import, int export)
    {
        var site = Homes.Site(batteries: 0);
        site = site with { Devices = [new("any", "plain", new("127.0.0.1", 502, 7))] };
        await using var devices = await SimulatedDevices.StartAsync(Homes.Simulate(site, Homes.Flat(loadWatts, pvWatts)), _ => Plain, TimeProvider.System, freePorts: true);
        devices.StepAndRefresh(1);
        Assert.Equal((import, export), (devices.Shown("any", "import").Value, devices.Shown("any", "export").Value));
        Assert.Equal((pvWatts * 3_600, pvWatts * 2_400), (devices.Shown("any", "roof_a").Value, devices.Shown("any", "roof_b").Value));
        Assert.Equal(devices.Look(physics => physics.Grid.Hertz), devices.Shown("any", "frequency").Value, 0.006);
        Assert.False(devices.Shown("any", "volts").IsKnown); // 230 V does not fit into these registers: no value rather than a wrong one
    }

    [Fact]
    public async Task What_is_written_to_it_is_kept_and_moves_nothing()
    {
        var site = Homes.Site() with { Devices = [new Device("any", "plain", new("127.0.0.1", 502, 7))] };
        await using var devices = await SimulatedDevices.StartAsync(Homes.Simulate(site, Homes.Flat(0, 0)), _ => Plain, TimeProvider.System, freePorts: true);
        await using SmartEms.Edge.Adapters.Modbus.ModbusTcpMaster master = new(new("127.0.0.1", devices.EndPoint("any").Port), TimeProvider.System);
        Assert.Equal(BusReply.Ok, await master.SetAsync(7, 6, WriteFunction.Multiple, 321));
        devices.StepAndRefresh(1);
        Assert.Equal([321], await master.GetAsync(7, 6));
        Assert.Equal(new(1, 1, 0, 0), devices.Counts("any"));
    }
}
