using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Simulation;

/// <summary>The demo house and a whole daemon in one process, talking over real Modbus TCP sockets.</summary>
internal sealed class DemoRun : IAsyncDisposable
{
    /// <summary>At most so many Follow steps a second of real time; faster demos take longer steps.</summary>
    private const double MostStepsPerSecond = 200;

    // The longest is half the shortest time after which a device of the house falls back by itself.
    private static readonly int[] Steps = [1, 2, 5, 10, 15];
    private static readonly TimeSpan PhysicsPeriod = TimeSpan.FromMilliseconds(100);

    private readonly SimulatedDevices devices;
    private readonly SimulatedTime? simulatedTime;
    private readonly TimeProvider realTime;
    private readonly double speed;
    private readonly int? days;

    private DemoRun(SimulatedDevices devices, Composition built, DemoTimes times)
    {
        (this.devices, Built) = (devices, built);
        (simulatedTime, realTime, speed) = (times.Simulated, times.Real, times.Speed);
        days = times.Days;
        StepSeconds = Steps.FirstOrDefault(step => speed / step <= MostStepsPerSecond, Steps[^1]);
    }

    public Composition Built { get; }
    public Daemon Daemon => Built.Daemon;

    /// <summary>The Follow step of an accelerated demo, s of simulated time.</summary>
    public int StepSeconds { get; }

    /// <summary>How often a device fell back by its own timer: 0 as long as somebody keeps it.</summary>
    public int Reversions => devices.Look(physics => physics.Reversions);

    /// <param name="loaded">The site; its devices get free loopback ports.</param>
    /// <param name="profiles">The device profiles.</param>
    /// <param name="settings">What the demo was asked for.</param>
    public static async Task<DemoRun> StartAsync(LoadedSite loaded, ProfileSource profiles, DemoSettings settings)
    {
        var start = settings.Speed > 1 ? DemoSite.DemoStart : Instant.From(settings.RealTime.GetUtcNow());
        var simulated = settings.Speed > 1 ? new SimulatedTime(start) : null;
        var physics = new SimulatedSite(loaded.Site, DemoSite.Trace, DemoSite.Settings(start, settings.Seed) with
        {
            TraceOrigin = settings.Speed > 1 ? null : DemoSite.NoonNow(start),
        });
        var devices = await SimulatedDevices.StartAsync(physics, name => profiles.Find(name)!, simulated ?? settings.RealTime, freePorts: true);
        devices.StepAndRefresh(1);
        // A demo touches nothing that is wired to this machine.
        var bound = loaded with { Site = devices.SiteWithBoundPorts with { Contacts = [], Relays = [], Sensors = [] } };
        var built = Composition.Build(bound, profiles, new(settings.StorePath, simulated ?? settings.RealTime, settings.RealTime, settings.Log));
        return new(devices, built, new(simulated, settings.RealTime, settings.Speed, settings.Days));
    }

    /// <summary>Runs until stopped, or until its days are over: in real time like on a box, or in lock-step when accelerated.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (simulatedTime is not null)
        {
            await AcceleratedAsync(simulatedTime, stop);
            return;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var rhythms = Task.WhenAll(devices.RunAsync(PhysicsPeriod, ended.Token), new Host(Daemon, Built.Field, Built.Clock, SilentLink.Instance).RunAsync(ended.Token));
        var over = days is { } known ? Task.Delay(TimeSpan.FromDays(known), realTime, ended.Token) : rhythms;
        await Task.WhenAny(rhythms, over);
        await ended.CancelAsync();
        await rhythms;
    }

    /// <summary>World, senses, thought and act one after the other, so that no reading is old only because time runs faster than sockets do.</summary>
    private async Task AcceleratedAsync(SimulatedTime time, CancellationToken stop)
    {
        var began = realTime.GetTimestamp();
        var last = days is { } known ? known * 86_400L / StepSeconds : long.MaxValue;
        for (long step = 1; step <= last && !stop.IsCancellationRequested; step++)
        {
            time.Advance(TimeSpan.FromSeconds(StepSeconds));
            devices.StepAndRefresh(StepSeconds);
            await Built.Field.RoundAsync(stop);
            if (Daemon.IsCycleDue)
                await Daemon.CycleOnceAsync();
            await Daemon.FollowOnceAsync();
            await Built.Field.ActAsync(stop);
            var ahead = TimeSpan.FromSeconds(step * StepSeconds / speed) - realTime.GetElapsedTime(began);
            if (ahead > TimeSpan.FromMilliseconds(2))
                await Task.Delay(ahead, realTime, stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Built.DisposeAsync();
        await devices.DisposeAsync();
    }

    private sealed record DemoTimes(SimulatedTime? Simulated, TimeProvider Real, double Speed, int? Days);
}

/// <summary>What a demo is asked for. A null store path keeps everything in memory.</summary>
internal sealed record DemoSettings(double Speed, ulong Seed, string? StorePath, TimeProvider RealTime, Log Log)
{
    /// <summary>Days of the house's time until it ends by itself; null = until stopped.</summary>
    public int? Days { get; init; }
}
