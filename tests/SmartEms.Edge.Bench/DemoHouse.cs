using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Bench;

/// <summary>The demo house at noon, living in real time in the bench's process, so that the daemon beside it is measured alone.</summary>
internal sealed class DemoHouse : IAsyncDisposable
{
    private static readonly TimeSpan PhysicsPeriod = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("se-bench-");
    private readonly CancellationTokenSource ended = new();
    private readonly SimulatedDevices devices;
    private readonly Task living;

    private DemoHouse(SimulatedDevices devices, string text)
    {
        this.devices = devices;
        foreach (var (device, bound) in devices.Look(physics => physics.Site.Devices).Zip(devices.SiteWithBoundPorts.Devices))
            text = text.Replace($"127.0.0.1:{device.Link.Port}\"", $"127.0.0.1:{bound.Link.Port}\"", StringComparison.Ordinal);
        File.WriteAllText(PathOf("site.yaml"), text);
        living = devices.RunAsync(PhysicsPeriod, ended.Token);
    }

    public static async Task<DemoHouse> StartAsync()
    {
        ProfileSource profiles = new(null);
        var loaded = SiteSource.Parse(DemoSite.SiteText, DemoSite.SiteFileName, profiles).Value ?? throw new BenchException("the demo's site file does not read");
        var now = Instant.From(TimeProvider.System.GetUtcNow());
        SimulatedSite physics = new(loaded.Site, DemoSite.Trace, DemoSite.Settings(now, 1) with { TraceOrigin = DemoSite.NoonNow(now) });
        var devices = await SimulatedDevices.StartAsync(physics, name => profiles.Find(name)!, TimeProvider.System, freePorts: true).ConfigureAwait(false);
        devices.StepAndRefresh(1);
        return new(devices, loaded.Text);
    }

    /// <summary>The daemon's command line; each number has a store and a socket of its own, as on a box that is new.</summary>
    public string[] Run(int number) => ["run", "--site", PathOf("site.yaml"), "--store", PathOf($"store-{number}.db"), "--socket", PathOf($"ctl-{number}.sock")];

    private string PathOf(string name) => Path.Combine(directory.FullName, name);

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync().ConfigureAwait(false);
        await living.ConfigureAwait(false);
        await devices.DisposeAsync().ConfigureAwait(false);
        ended.Dispose();
        directory.Delete(recursive: true);
    }
}
