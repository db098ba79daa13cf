using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>The devices of a simulated site on real lines (Modbus TCP, RTU through TCP, or a pseudo-terminal for a serial port): what the site does shows in their registers, what is written to them moves the site.
/// Every member may be called from any thread; one lock holds physics and registers together, so that each request sees one moment.</summary>
public sealed class SimulatedDevices : IAsyncDisposable
{
    private const int LongestStepMs = 1_000;

    private readonly Lock gate = new();
    private readonly SimulatedSite physics;
    private readonly TimeProvider time;
    private readonly SimulatedDevice[] devices;
    private readonly DevicePort[] homes;
    private readonly List<DevicePort> ports = [];
    private long shownMs;

    private SimulatedDevices(SimulatedSite physics, Func<string, DeviceProfile> profileOf, TimeProvider time)
    {
        (this.physics, this.time) = (physics, time);
        shownMs = physics.Now.UnixMilliseconds;
        var site = physics.Site;
        (devices, homes) = (new SimulatedDevice[site.Devices.Length], new DevicePort[site.Devices.Length]);
        for (var i = 0; i < devices.Length; i++)
        {
            var device = site.Devices[i];
            devices[i] = new(device, profileOf(device.Profile), new(physics, i), time);
            homes[i] = PortOf(device.Link);
            homes[i].Add(devices[i]);
        }
        SiteWithBoundPorts = site;
    }

    /// <summary>The site with the ports and device files its devices really answer on.</summary>
    public Site SiteWithBoundPorts { get; private set; }

    /// <summary>Starts listening for every device of the physics' site: one slave per place, on the ports of the site file or, with
    /// <paramref name="freePorts"/>, on free ones; serial lines are always pseudo-terminals. Throws <see cref="ArgumentException"/> for a host that is not
    /// loopback or two devices at one place, <see cref="SocketException"/> when a port cannot be had, <see cref="IOException"/> when a pseudo-terminal
    /// cannot; nothing listens then.</summary>
    public static async Task<SimulatedDevices> StartAsync(SimulatedSite physics, Func<string, DeviceProfile> profileOf, TimeProvider time, bool freePorts = false)
    {
        ArgumentNullException.ThrowIfNull(physics);
        ArgumentNullException.ThrowIfNull(profileOf);
        SimulatedDevices made = new(physics, profileOf, time);
        try
        {
            await made.ListenAsync(freePorts);
        }
        catch (Exception failure) when (failure is SocketException or IOException or ArgumentException)
        {
            await made.DisposeAsync();
            throw;
        }
        return made;
    }

    /// <summary>Copies the physics into the registers and lets the devices' own timers go on. Called after each step.</summary>
    public void Refresh()
    {
        lock (gate)
        {
            var now = physics.Now.UnixMilliseconds;
            foreach (var device in devices)
            {
                if (now > shownMs)
                    device.Live(now - shownMs);
                device.Show();
            }
            shownMs = now;
        }
    }

    /// <summary>One physics step (0.001 to 3600 s) and a refresh, as one.</summary>
    public void StepAndRefresh(double seconds)
    {
        lock (gate)
        {
            physics.Step(seconds);
            Refresh();
        }
    }

    /// <summary>Moves the site in real time until stopped: every <paramref name="period"/> by what the clock has really gone on, in steps of at most 1 s.</summary>
    public async Task RunAsync(TimeSpan period, CancellationToken stop)
    {
        using PeriodicTimer timer = new(period, time);
        var startedAt = time.GetTimestamp();
        var doneMs = 0L;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var elapsedMs = (long)time.GetElapsedTime(startedAt).TotalMilliseconds;
                while (doneMs < elapsedMs && !stop.IsCancellationRequested)
                {
                    var stepMs = Math.Min(elapsedMs - doneMs, LongestStepMs);
                    StepAndRefresh(stepMs / 1000.0);
                    doneMs += stepMs;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped, as asked.
        }
    }

    /// <summary>Looks at the physics, or commands it (a car comes), while nothing moves.</summary>
    public T Look<T>(Func<SimulatedSite, T> look)
    {
        lock (gate)
            return look(physics);
    }

    /// <summary>As <see cref="Look{T}"/>, without an answer.</summary>
    public void With(Action<SimulatedSite> act)
    {
        lock (gate)
            act(physics);
    }

    /// <summary>How the slave of this device answers from now on; devices behind the same port share it.</summary>
    public void Misbehave(string device, Misbehaviour misbehaviour) => WireOf(IndexOf(device)).Misbehaviour = misbehaviour;

    /// <summary>The device is gone: its port refuses connections, or, behind a gateway that serves others too, its units do not answer (exception 0x0B);
    /// on a serial line it is silent.</summary>
    public ValueTask SwitchOffAsync(string device) => SwitchAsync(IndexOf(device), isOn: false);

    /// <summary>The device is back on its port.</summary>
    public ValueTask SwitchOnAsync(string device) => SwitchAsync(IndexOf(device), isOn: true);

    /// <summary>The registers stand still while the device itself goes on; false lets them go on.</summary>
    public void Freeze(string device, bool isFrozen = true)
    {
        lock (gate)
        {
            var frozen = devices[IndexOf(device)];
            frozen.Board.IsFrozen = isFrozen;
            frozen.Show();
        }
    }

    /// <summary>The device restarts in a moment: what was written to it is forgotten, its registers stand where the factory put them.</summary>
    public void Restart(string device)
    {
        lock (gate)
            devices[IndexOf(device)].Restart();
    }

    /// <summary>How the device takes writes from now on.</summary>
    public void IgnoreWrites(string device, WriteHabit habit = WriteHabit.Ignores)
    {
        lock (gate)
            devices[IndexOf(device)].Habit = habit;
    }

    /// <summary>Raw registers under a point, one value per register of it, until <see cref="ClearRaw"/>: for devices that say nonsense.
    /// Throws <see cref="ArgumentException"/> for a point the device's profile does not have.</summary>
    public void SetRaw(string device, string point, params ReadOnlySpan<ushort> raw)
    {
        lock (gate)
            devices[IndexOf(device)].Board.Pin(point, raw);
    }

    /// <summary>The point shows again what the device has to say.</summary>
    public void ClearRaw(string device, string point)
    {
        lock (gate)
            devices[IndexOf(device)].Board.Unpin(point);
    }

    /// <summary>What a client would decode under a point now.</summary>
    public Sample Shown(string device, string point)
    {
        lock (gate)
            return devices[IndexOf(device)].Table.Get(point);
    }

    public DeviceCounts Counts(string device)
    {
        lock (gate)
            return devices[IndexOf(device)].Counts;
    }

    /// <summary>Where the device listens. <see cref="InvalidOperationException"/> for one on a serial line.</summary>
    public IPEndPoint EndPoint(string device) => WireOf(IndexOf(device)).EndPoint ?? throw new InvalidOperationException($"{device} is on a serial line");

    public async ValueTask DisposeAsync()
    {
        foreach (var port in ports)
            if (port.Wire is { } wire)
                await wire.DisposeAsync();
    }

    private async Task ListenAsync(bool freePorts)
    {
        foreach (var port in ports)
            port.Wire = await DeviceWire.StartAsync(port, freePorts, time);
        var site = SiteWithBoundPorts;
        SiteWithBoundPorts = site with
        {
            Devices = [.. site.Devices.Select((device, i) => device with { Link = homes[i].Wire!.Bound(device.Link) })],
        };
    }

    private DevicePort PortOf(DeviceLink link)
    {
        foreach (var port in ports)
            if (port.Link.Place == link.Place)
                return port;
        DevicePort made = new(link, gate);
        ports.Add(made);
        return made;
    }

    private async ValueTask SwitchAsync(int device, bool isOn)
    {
        if (homes[device].Devices.Count == 1)
        {
            await WireOf(device).SwitchAsync(isOn);
            return;
        }
        lock (gate)
            devices[device].IsSilent = !isOn;
    }

    private DeviceWire WireOf(int device) => homes[device].Wire!;

    private int IndexOf(string device)
    {
        var at = Array.FindIndex(devices, candidate => candidate.Name == device);
        return at >= 0 ? at : throw new ArgumentException($"the simulated site has no device {device}", nameof(device));
    }
}
