using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>What a simulated site differs in from the demo house at noon.</summary>
internal sealed record SiteWishes
{
    /// <summary>Lines of the demo's site file to be replaced, what stands there and what shall.</summary>
    public (string Is, string Shall)[] Lines { get; init; } = [];

    /// <summary>Profiles that go before the built-in ones: name, what stands there, what shall.</summary>
    public (string Profile, string Is, string Shall)[] Profiles { get; init; } = [];

    public double Soc { get; init; } = 0.5;
}

/// <summary>The demo house living in real time in this process: physics, devices on Modbus TCP, a tapped wire to each that speaks Modbus TCP, and a judge of the limits that
/// looks at the physics itself.</summary>
internal sealed class SiteOnWire : IAsyncDisposable
{
    private static readonly TimeSpan PhysicsPeriod = TimeSpan.FromMilliseconds(100);

    private readonly Scratch scratch = new();
    private readonly CancellationTokenSource ended = new();
    private readonly Dictionary<string, WireTap> taps = [];
    private readonly LimitWatch limits;
    private readonly Task living;

    private SiteOnWire(SimulatedDevices devices, SiteWishes wishes, string text)
    {
        Devices = devices;
        var site = devices.SiteWithBoundPorts;
        limits = new(site);
        foreach (var (device, nominal) in site.Devices.Zip(Physics(physics => physics.Site.Devices)))
        {
            if (device.Link.Kind != LinkKind.Tcp)
            {
                text = text.Replace(nominal.Link.Place, device.Link.Place, StringComparison.Ordinal); // no tap: it knows frames of Modbus TCP only
                continue;
            }
            var tap = taps[device.Name] = new(new(System.Net.IPAddress.Loopback, device.Link.Port));
            text = Replaced(text, $"127.0.0.1:{nominal.Link.Port}\"", $"127.0.0.1:{tap.Port}\"");
        }
        SiteFile = scratch.Write("site.yaml", text);
        ProfileDirectory = WriteProfiles(scratch, wishes);
        living = Task.WhenAll(devices.RunAsync(PhysicsPeriod, ended.Token), JudgeAsync());
    }

    public SimulatedDevices Devices { get; }
    public string SiteFile { get; }
    public string? ProfileDirectory { get; }

    /// <summary>How often a limit was exceeded, and how many seconds were judged.</summary>
    public (int Violations, int Seconds, string Worst) Judgement
    {
        get
        {
            lock (limits)
                return (limits.Violations, Seconds, $"{limits.WorstBound} for {limits.WorstSeconds:0} s");
        }
    }

    private int Seconds { get; set; }

    /// <summary>The flows in words.</summary>
    public string State => Physics(physics => $"import {physics.ImportWatts:0} W, PV {physics.PvWatts:0} of {physics.PvPlants[0].AvailableWatts:0} W, battery {physics.BatteryDischargeWatts:0} W, "
        + $"offer {physics.EvChargers[0].OfferedAmperes:0.0} A, car {physics.EvChargeWatts:0} W, load {physics.LoadWatts:0} W");

    public string PathOf(string name) => scratch.Of(name);

    public IEnumerable<string> Files => scratch.Names;

    public WireTap TapOf(string device) => taps[device];

    public T Physics<T>(Func<SimulatedSite, T> look) => Devices.Look(look);

    public static async Task<SiteOnWire> StartAsync(SiteWishes? wishes = null)
    {
        wishes ??= new();
        using Scratch own = new();
        ProfileSource profiles = new(WriteProfiles(own, wishes));
        var text = wishes.Lines.Aggregate(DemoSite.SiteText, (at, line) => Replaced(at, line.Is, line.Shall));
        var loaded = SiteSource.Parse(text, "site.yaml", profiles);
        Assert.True(loaded.IsUsable, string.Join('\n', loaded.Problems));
        var now = Instant.From(TimeProvider.System.GetUtcNow());
        SimulatedSite physics = new(loaded.Value!.Site, DemoSite.Trace, DemoSite.Settings(now, 1) with
        {
            TraceOrigin = DemoSite.NoonNow(now),
            Batteries = [new() { Soc = wishes.Soc }],
            EvChargers = [new() { Arrivals = false, CarPhases = 1, CarAmperesMax = 16 }],
        });
        var devices = await SimulatedDevices.StartAsync(physics, name => profiles.Find(name)!, TimeProvider.System, freePorts: true);
        devices.StepAndRefresh(1);
        return new(devices, wishes, text);
    }

    /// <summary>The device loses its power.</summary>
    public async Task SwitchOffAsync(string device)
    {
        if (taps.TryGetValue(device, out var tap))
            tap.CutOff();
        await Devices.SwitchOffAsync(device);
    }

    private static string? WriteProfiles(Scratch into, SiteWishes wishes)
    {
        if (wishes.Profiles.Length == 0)
            return null;
        foreach (var group in wishes.Profiles.GroupBy(wish => wish.Profile))
        {
            into.Write($"profiles/{group.Key}.yaml", group.Aggregate(CarriedText.Of($"profiles/{group.Key}.yaml")!, (text, wish) => Replaced(text, wish.Is, wish.Shall)));
        }
        return into.Of("profiles");
    }

    private static string Replaced(string text, string what, string by)
    {
        Assert.Contains(what, text, StringComparison.Ordinal);
        return text.Replace(what, by, StringComparison.Ordinal);
    }

    private async Task JudgeAsync()
    {
        using PeriodicTimer second = new(TimeSpan.FromSeconds(1));
        try
        {
            while (await second.WaitForNextTickAsync(ended.Token))
                lock (limits)
                {
                    limits.Look(Physics(physics => physics.Image()), 1, isUnmet: false);
                    Seconds++;
                }
        }
        catch (OperationCanceledException)
        {
            // the site's day is over
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await living;
        foreach (var tap in taps.Values)
            await tap.DisposeAsync();
        await Devices.DisposeAsync();
        ended.Dispose();
        scratch.Dispose();
    }
}
