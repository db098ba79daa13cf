using System.Collections.Immutable;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Tests.Maps;
using SmartEms.Edge.Tests.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>A house on real Modbus TCP sockets and simulated time, kept second by second by the real field layer and Follow: the daemon without its store.</summary>
internal sealed class KeptHouse : IAsyncDisposable
{
    private readonly Dictionary<string, TappedBus> buses = [];
    private Decision decision;
    private readonly TimeSpan timeout;
    private FollowMemory memory;

    private KeptHouse(House house, TimeSpan timeout, Func<DeviceProfile, DeviceProfile> profiles, ImmutableArray<Hold> left)
    {
        (House, this.timeout) = (house, timeout);
        Site = house.Devices.SiteWithBoundPorts;
        Holds.Adopt(left);
        Layer = new(Site, new(house.Time), device => profiles(Hardware.Profile(device.Profile)), Bus, new(Receipts.Add, Budget) { Holds = Holds });
        decision = new(Slot.Of(house.Time.Now), "test", [.. Site.Batteries.Select(_ => new BatteryDecision(BatteryMode.SelfConsume, default, default))],
            [.. Site.EvChargers.Select(_ => new EvDecision(EvMode.Full, default))], []);
        memory = FollowMemory.Fresh(Site);
    }

    public House House { get; }
    public Site Site { get; }
    public FieldLayer Layer { get; }
    public WriteBudget Budget { get; } = new();
    public HoldJournal Holds { get; } = new();

    /// <summary>Write requests of all devices so far.</summary>
    public long Writes => buses.Values.Sum(bus => (long)bus.Writes.Count);
    public List<Receipt> Receipts { get; } = [];
    public ProcessImage Image { get; private set; } = null!;
    public Followed? Followed { get; private set; }
    public ImmutableArray<Finding> Findings { get; private set; } = [];

    public static async Task<KeptHouse> StartAsync(double loadWatts = 2_000, double pvWatts = 0, int timeoutMs = 5_000, Func<DeviceProfile, DeviceProfile>? profiles = null, Func<Site, ImmutableArray<Hold>>? holds = null)
    {
        var house = await House.StartAsync(loadWatts, pvWatts);
        house.Run(2);
        return new(house, TimeSpan.FromMilliseconds(timeoutMs), profiles ?? (profile => profile), holds?.Invoke(house.Devices.SiteWithBoundPorts) ?? []);
    }

    /// <summary>A house of another site, all else as usual.</summary>
    public static async Task<KeptHouse> StartAsync(Site site, double loadWatts, double pvWatts)
    {
        var house = await House.StartAsync(loadWatts, pvWatts, site);
        house.Run(2);
        return new(house, TimeSpan.FromSeconds(5), profile => profile, []);
    }

    /// <summary>What is decided for the charger from now on.</summary>
    public void Decide(EvMode mode) => decision = decision with { EvChargers = [decision.EvChargers[0] with { Mode = mode }] };

    /// <summary>What is decided for the battery from now on.</summary>
    public void Decide(BatteryMode mode) => decision = decision with { Batteries = [decision.Batteries[0] with { Mode = mode }] };

    public TappedBus BusOf(string device) => buses[device];

    public DeviceSession SessionOf(string device) => Layer.Sessions.Single(session => session.Device.Name == device);

    /// <summary>So many seconds as the daemon lives them: world, senses, thought, act; ends early when <paramref name="until"/> holds. Gives the seconds taken.</summary>
    public async Task<int> LiveAsync(int seconds, Func<bool>? until = null, Action<int>? each = null)
    {
        for (var second = 1; second <= seconds; second++)
        {
            each?.Invoke(second);
            House.Run(1);
            await Layer.RoundAsync(default);
            Image = Layer.Image();
            Followed = Follow.Step(new(Image, Site, decision, TimeSpan.FromSeconds(1), 1), memory);
            memory = Followed.Memory;
            Findings = Diagnosis.Examine(Image, Site);
            Layer.Approve(Followed.Setpoints, 10_000);
            await Layer.ActAsync(default);
            if (until?.Invoke() == true)
                return second;
        }
        return seconds;
    }

    public bool Has(FindingCode code, string device) =>
        Findings.Any(finding => finding.Code == code && finding.Subject == Subject.Device && Site.Devices[finding.Index].Name == device);

    /// <summary>The finding stands, and says in words what it is about and what to do.</summary>
    public void AssertTold(FindingCode code, string device)
    {
        Assert.True(Has(code, device), $"{code} is not told of {device}, but {string.Join(", ", Findings.Select(finding => finding.Code))}");
        var finding = Findings.First(one => one.Code == code);
        Assert.Contains(device, Catalogue.What(finding, Site), StringComparison.Ordinal);
        Assert.NotEmpty(Catalogue.NextStep(finding, Site));
    }

    /// <summary>The battery is asked for nothing, and the envelope says who forbids it.</summary>
    public void AssertRests()
    {
        var range = Followed!.Envelope.Batteries[0];
        Assert.Equal((Power.Zero, Power.Zero), (range.Low.Value, range.High.Value));
        Assert.Contains(Bound.NotControllable, new[] { range.Low.By, range.High.By });
        Assert.Equal(0, Followed.Setpoints.Batteries[0].Discharge.Watts);
    }

    private TappedBus Bus(Device device, DeviceProfile profile) =>
        buses[device.Name] = new(new ModbusTcpMaster(new("127.0.0.1", device.Link.Port) { TransactionTimeout = timeout }, TimeProvider.System));

    public async ValueTask DisposeAsync()
    {
        await Layer.DisposeAsync();
        await House.DisposeAsync();
    }
}

/// <summary>A bus that counts what goes over it, and tells of each write before and after it is made.</summary>
internal sealed class TappedBus(IRegisterBus inner) : IRegisterBus
{
    public List<(RegisterSpan Span, ushort[] Values)> Writes { get; } = [];

    /// <summary>Called with the number of the write that is about to be made, from 1 on.</summary>
    public Action<int>? BeforeWrite { get; set; }
    public Action<BusReply>? AfterWrite { get; set; }

    public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop) => inner.ReadAsync(span, into, stop);

    public async ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop)
    {
        Writes.Add((span, values.ToArray()));
        BeforeWrite?.Invoke(Writes.Count);
        var reply = await inner.WriteAsync(span, values, function, stop);
        AfterWrite?.Invoke(reply);
        return reply;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
