using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Running;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using SmartEms.Edge.Tests.Maps;
using SmartEms.Edge.Tests.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Running;

/// <summary>The whole composition of the daemon with its SQLite store on a disk: a register whose budget is spent stays spent over a restart.</summary>
public sealed class CountsAcrossRestarts
{
    private const string Charger = "wallbox1";
    private const ControlKind Kind = ControlKind.EvCurrent;

    [Fact]
    public async Task A_spent_budget_is_spent_after_a_restart_and_comes_back_with_time()
    {
        using var folder = new StoreFolder();
        var profile = Hardware.Profile("vestel-evc04");
        var device = new CountedDevice(profile);
        await using var slave = ModbusTcpSlave.Start(ModbusTcpSlaveSettings.Loopback(), device, TimeProvider.System);
        var site = SiteOf(slave.BoundPort);

        var first = await LiveAsync(folder, site, TimeSpan.Zero, device);
        Assert.Equal(ControlDoubt.BudgetSpent, first.Doubt);
        Assert.InRange(first.Written, 40, 56);
        Assert.InRange(first.Counted, first.Written, first.Written + Core.Actuating.WriteBudget.Block);

        var again = await LiveAsync(folder, site, TimeSpan.FromMinutes(20), device);
        Assert.Equal(ControlDoubt.BudgetSpent, again.Doubt);
        Assert.InRange(again.Written, 0, 1); // what the first life still held is handed back, out of the reserve for tightening
        Assert.True(again.Counted >= first.Counted, $"{again.Counted} counted after the restart, {first.Counted} before");

        var later = await LiveAsync(folder, site, TimeSpan.FromDays(3), device);
        Assert.InRange(later.Written, 1, 56);
        Assert.True(later.Counted >= first.Counted + later.Written);
    }

    /// <summary>One life of the daemon: a current that changes every ten seconds for twenty minutes. Gives the doubt at its end, what was written to the
    /// set point's register, and what the daemon says was.</summary>
    private static async Task<(ControlDoubt Doubt, int Written, long Counted)> LiveAsync(StoreFolder folder, Site site, TimeSpan after, CountedDevice device)
    {
        SimulatedTime time = new(Homes.Start);
        time.Advance(after);
        device.Writes = 0;
        await using var daemon = Composition.Build(new(site, SiteSource.Hash("test"), "test"), new ProfileSource(null), new(folder.File, time, TimeProvider.System, new(TextWriter.Null, forJournal: false)));
        var session = daemon.Field.Sessions.Single(one => one.Device.Name == Charger);
        for (var second = 0; second < 1_200; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await session.RoundAsync(default);
            session.Approve(Kind, second / 10 % 2 == 0 ? 10 : 12, 10_000);
            await session.ActAsync(default);
        }
        var counted = daemon.Budget.All.Single(one => one.Key.Contains("5004", StringComparison.Ordinal)).Written;
        return (session.Proof(Kind)!.Value.Doubt, device.Writes, counted);
    }

    private static Site SiteOf(int port) => new(
        "house", "House", new Pcc(0, Power.FromWatts(17_000), Power.FromWatts(10_000), Current.FromAmperes(25)), Tariff.Unpriced,
        [new("meter1", "eastron-sdm630", new("127.0.0.1", port, 1)), new(Charger, "vestel-evc04", new("127.0.0.1", port, 255))])
    {
        EvChargers = [new("ev", 1, Current.FromAmperes(6), Current.FromAmperes(16), 3)],
    };

    /// <summary>The box as captured, counting what is written to the set point.</summary>
    private sealed class CountedDevice : IRegisterTable
    {
        private readonly CapturedDevice device;

        public CountedDevice(DeviceProfile profile)
        {
            device = new(profile);
            Assert.Null(device.Load(Captures.Of(profile.Name)!.Value.Text));
        }

        public int Writes { get; set; }

        public byte Read(RegisterSpan span, Span<ushort> into) => device.Read(span, into);

        public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function)
        {
            Writes += span.Address == 5004 ? 1 : 0;
            return device.Write(span, values, function);
        }
    }
}
