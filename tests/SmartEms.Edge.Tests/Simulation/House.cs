using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Maps;
using SmartEms.Edge.Tests.Simulating;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>A house with one device of every simulated model on free ports, and a client that reads each by its profile.</summary>
internal sealed class House : IAsyncDisposable
{
    public const string Meter = "meter1";
    public const string Inverter = "inv1";
    public const string Gateway = "gx1";
    public const string Box = "wallbox1";

    private readonly List<ModbusTcpMaster> masters = [];

    private House(SimulatedDevices devices, SimulatedTime time) => (Devices, Time) = (devices, time);

    public SimulatedDevices Devices { get; }
    public SimulatedTime Time { get; }

    public static Site Site(int phases = 3) => new(
        "house", "House",
        new Pcc(0, Power.FromWatts(17_000), Power.FromWatts(10_000), Current.FromAmperes(25)) { Phases = phases },
        Tariff.Unpriced,
        [
            new(Meter, "eastron-sdm630", new("127.0.0.1", 5021, 1)),
            new(Inverter, "sunspec-hybrid", new("127.0.0.1", 5022, 1)),
            new(Gateway, "victron-gx", new("127.0.0.1", 5023, 100) { Units = System.Collections.Immutable.ImmutableDictionary<string, byte>.Empty.Add("battery", 226) }),
            new(Box, "keba-p30", new("localhost", 5024, 255)),
        ])
    {
        Batteries = [new("battery", 1, 2, Energy.FromWattHours(10_000), Power.FromWatts(4_000), Power.FromWatts(5_000))],
        PvPlants = [new("roof", 1, Power.FromWatts(6_000), Curtailable: true)],
        EvChargers = [new("ev", 3, Current.FromAmperes(6), Current.FromAmperes(16), phases)],
    };

    /// <summary>The sun gives 6 kW when <paramref name="pvWatts"/> is above 0: a trace's highest step is the plant's rating.</summary>
    public static async Task<House> StartAsync(double loadWatts = 1_500, double pvWatts = 0, Site? site = null)
    {
        var physics = Homes.Simulate(site ?? Site(), Homes.Flat(loadWatts, pvWatts));
        SimulatedTime time = new(Homes.Start);
        return new(await SimulatedDevices.StartAsync(physics, Hardware.Profile, time, freePorts: true), time);
    }

    /// <summary>Lets the house live on, clock and physics together.</summary>
    public void Run(double seconds, double step = 1)
    {
        for (var at = 0.0; at < seconds; at += step)
        {
            Time.Advance(TimeSpan.FromSeconds(step));
            Devices.StepAndRefresh(step);
        }
    }

    public double Of(Func<SimulatedSite, double> what) => Devices.Look(what);

    public ModbusTcpMaster MasterOf(string device, TimeSpan? timeout = null)
    {
        ModbusTcpMaster master = new(new("127.0.0.1", Devices.EndPoint(device).Port) { TransactionTimeout = timeout ?? Shared.HangGuard }, TimeProvider.System);
        masters.Add(master);
        return master;
    }

    /// <summary>Everything a device has to say, found and read over the wire as its profile says.</summary>
    public async Task<DeviceTable> ReadAllAsync(string device)
    {
        var link = Devices.SiteWithBoundPorts.Devices.Single(candidate => candidate.Name == device);
        var profile = Hardware.Profile(link.Profile);
        var master = MasterOf(device);
        var located = Located.Fixed(profile, link.Link.Unit, link.Link.Units);
        if (profile.Layout == ProfileLayout.SunSpec)
        {
            var chain = await SunSpecWalk.FindAsync(master, link.Link.Unit, profile.SunSpecBases, default);
            Xunit.Assert.True(chain.IsFound, chain.Reason);
            located = Located.InChain(profile, link.Link.Unit, chain.Models);
        }
        DeviceTable table = new(located);
        var plan = RegisterPlan.Of(located);
        foreach (var block in (ReadBlock[])[.. plan.Once, .. plan.High, .. plan.Low])
        {
            var words = new ushort[block.Span.Count];
            Xunit.Assert.Equal(BusReply.Ok, await master.ReadAsync(block.Span, words, default).AsTask().Guarded());
            table.Store(block, words, 0);
        }
        return table;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var master in masters)
            await master.DisposeAsync();
        await Devices.DisposeAsync();
    }
}

/// <summary>Short words for reading and writing by address.</summary>
internal static class Wire
{
    public static double Get(this DeviceTable table, string point)
    {
        var sample = table.Get(table.Device.Profile.IndexOf(point), 0);
        Xunit.Assert.True(sample.IsGood, $"{point}: {sample.Quality}");
        return sample.Value;
    }

    public static async Task<BusReply> SetAsync(this ModbusTcpMaster master, byte unit, int address, WriteFunction function, params ushort[] values) =>
        await master.WriteAsync(new(unit, RegisterSpace.HoldingRegister, (ushort)address, (ushort)values.Length), values, function, default).AsTask().Guarded();

    public static async Task<ushort[]> GetAsync(this ModbusTcpMaster master, byte unit, int address, int count = 1)
    {
        var into = new ushort[count];
        Xunit.Assert.Equal(BusReply.Ok, await master.ReadAsync(new(unit, RegisterSpace.HoldingRegister, (ushort)address, (ushort)count), into, default).AsTask().Guarded());
        return into;
    }
}
