using System.Diagnostics;
using SmartEms.Edge.Adapters.Gpio;
using SmartEms.Edge.Adapters.I2c;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Sensing.Sensors;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge;

/// <summary>The only file that says which adapter is used, and puts a running daemon together.</summary>
internal sealed class Composition : IAsyncDisposable
{
    /// <summary>No device is given up sooner, however quick it has been: a busy box must not take its own lateness for the device's.</summary>
    private static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(300);

    /// <summary>A cloud that is away so long is worth a notice; control needs none.</summary>
    private static readonly TimeSpan CloudPatience = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, TracedLine> traces = [];
    private readonly Dictionary<string, ModbusLease> leases = [];
    private readonly ModbusLines lines;
    private readonly Ground ground;
    private readonly CompositionOptions options;
    private readonly Terminals terminals;
    private bool isUnlinked;
    private bool isOver;

    private Composition((Ground Ground, CompositionOptions Options) on, LoadedSite loaded, ProfileSource profiles, (StartMode Mode, HandOver? Before) from)
    {
        (ground, options, Loaded, Profiles, Mode) = (on.Ground, on.Options, loaded, profiles, from.Mode);
        lines = new(options.RealTime);
        terminals = new(Site, Clock, options.Gpio, options.I2c) { Keep = ground.KeepPulsesAsync };
        Daemon? daemon = null;
        Field = new(Site, Clock, device => profiles.Find(device.Profile)!, Lease, new(receipt => daemon?.Hear(receipt), Budget) { Holds = Holds, GoesOn = from.Before?.Held ?? [] }) { Terminals = terminals };
        Daemon = daemon = new(new(Site, loaded.Hash, Field, Recorder, Provenance.PolicyOf(Site, loaded.Policy), Clock, options.Log)
        {
            Memory = from.Before?.For(loaded) ?? ground.Remembered(loaded),
            Decided = from.Before?.Decided,
            Orders = Orders,
            Program = Version,
            PolicyHash = Provenance.PolicyHashOf(Site, loaded.Policy),
            IsPolicyRefused = loaded.Policy.Refused.Length > 0,
            ProfilesHash = Provenance.ListHash(profiles),
            ProgramBuild = Provenance.Build,
            RealTime = options.RealTime,
            Wear = options.StorePath is { } path ? new(path, options.RealTime) : null,
            Start = from.Mode,
            SinceStartMs = () => SinceProcessStartMs(options.RealTime),
            IsCloudDown = () => Cloud?.Look.DownMs > CloudPatience.TotalMilliseconds,
        });
        if (Site.Cloud is { } link && options.Uplink is { } uplink)
            Cloud = CloudParts.Make(new(link, Site, uplink(link, UplinkTopics.Of(link, Site.Id)), Recorder, Clock, options.Log) { Latest = () => daemon.Latest, Program = Version }, Orders, options.StorePath);
        if (Site.Home is { } home && options.Home is { } house)
            Home = new(new(home, Site, house(home, HomeTopics.Of(home, Site.Id)), Clock, options.Log) { Latest = () => daemon.Latest, Counted = () => TallyMark.Of(daemon.Tally), Program = Version });
        ground.Count(terminals, from.Before?.Pulses);
        Orders.IsAllAtRest = Mode == StartMode.Safe;
        Desk = DeskOf(this);
    }

    /// <summary>The file that rules: its site, its text and its hash.</summary>
    public LoadedSite Loaded { get; }
    public ProfileSource Profiles { get; }

    /// <summary>Whether earlier starts failed.</summary>
    public StartMode Mode { get; }

    /// <summary>What sites stand on, one after the other.</summary>
    public Ground Ground => ground;

    public Site Site => Loaded.Site;

    /// <summary>The link to the cloud; null where the site file names none.</summary>
    public Uplinker? Cloud { get; }

    /// <summary>The link to the house; null where the site file names none.</summary>
    public HomeSpeaker? Home { get; }
    public SiteClock Clock => ground.Clock;
    public FieldLayer Field { get; }
    public Recorder Recorder => ground.Recorder;

    /// <summary>How often the devices' registers have been written.</summary>
    public WriteBudget Budget => ground.Budget;
    public Daemon Daemon { get; }

    /// <summary>What is held on which device.</summary>
    public HoldJournal Holds => ground.Holds;

    /// <summary>What people and the cloud have ordered.</summary>
    public OrderBook Orders => ground.Orders;

    /// <summary>The policy of a site.</summary>
    public static IPolicy PolicyOf(Site site) => Provenance.PolicyOf(site);

    /// <summary>Digital lines of this machine.</summary>
    public static IGpio Gpio { get; } = new KernelGpio();

    /// <summary>I²C buses of this machine.</summary>
    public static II2cBuses I2c { get; } = new KernelI2c();

    /// <summary>The time a box lives by: its timestamps count on while it sleeps.</summary>
    public static TimeProvider BoxTime { get; } = new BootTime();

    /// <summary>Judges the clock of this machine by what kernel and time service say.</summary>
    public static ClockJudge ClockOfBox => new(() => new(KernelClock.IsSynchronised, KernelClock.HasRealTimeClock), BoxTime);

    /// <summary>Version of the program as it stands in records and on screens.</summary>
    public static string Version => Provenance.Version;

    /// <summary>Opens the store (null path = memory only) and builds everything; nothing talks to a device yet. A store that its disk cannot hold does not
    /// keep control from starting: the recorder goes on trying, and a finding says so. <see cref="IOException"/> when the store is somebody else's, newer,
    /// in use, or may not be written.</summary>
    public static Composition Build(LoadedSite loaded, ProfileSource profiles, CompositionOptions options) => new((Ground.Open(loaded, profiles, options), options), loaded, profiles, (options.Start, null));

    /// <summary>Builds the parts of another site file, or these anew, where <see cref="HandOverAsync"/> has ended these; nothing talks to a device yet.</summary>
    public async Task<Composition> GoOnAsync(HandOver before, LoadedSite loaded, ProfileSource profiles, StartMode mode)
    {
        var next = new Composition((ground, options), loaded, profiles, (mode, before));
        if (ReferenceEquals(loaded, before.Loaded))
            return next; // back to where it came from: nothing has changed
        before.CloseAlerts(loaded.Site);
        await next.Orders.MoveAsync(loaded.Site);
        ground.Take(loaded, profiles);
        return next;
    }

    /// <summary>Begins to speak to cloud and house.</summary>
    public void StartLinks()
    {
        Cloud?.Start();
        Home?.Start();
    }

    /// <summary>Ends the links to cloud and house; control goes on. May take seconds.</summary>
    public void EndLinks()
    {
        if (isUnlinked)
            return;
        isUnlinked = true;
        Cloud?.Dispose();
        Home?.Dispose();
    }

    /// <summary>Ends this site's parts and leaves what others stand on; its rhythms have ended. A device that the next site file steers as this one did keeps what it was told,
    /// under its own timer; every other one is handed back.</summary>
    /// <param name="to">The next site file.</param>
    /// <param name="profiles">And its profiles.</param>
    /// <param name="within">Ends the wait for devices that are handed back.</param>
    public async Task<HandOver> HandOverAsync(LoadedSite to, ProfileSource profiles, CancellationToken within)
    {
        EndLinks();
        var leaving = Field.Sessions.Where(session => !GoesOn(session, to.Site, profiles)).ToHashSet();
        await ReleaseAsync(leaving.Contains, within);
        var held = Holds.Lines.Where(line => Field.Sessions.Any(session => session.Device.Name == line.Device && !leaving.Contains(session) && !session.IsLeft(line.Kind)));
        var (memory, decided) = Daemon.Leaves();
        await EndPartsAsync();
        return new(ground, Loaded, memory, decided) { Held = [.. held.Select(line => (line.Device, line.Kind))], Pulses = terminals.Marks };
    }

    /// <summary>Hands devices back and says what became of each; what is not confirmed in time is left to the device's own timer. True when all is confirmed.</summary>
    public async Task<bool> ReleaseAsync(Func<DeviceSession, bool> which, CancellationToken within)
    {
        var isReleased = false;
        try
        {
            isReleased = await Field.HandBackAsync(which, within);
        }
        catch (OperationCanceledException)
        {
            options.Log.Warning("not every device took its release in time; their own timers will end what they were told");
        }
        foreach (var session in Field.Sessions.Where(which))
            foreach (var (control, words) in session.HandedBack)
                options.Log.Info($"{session.Device.Name}: {control}: {words}");
        return isReleased;
    }

    /// <summary>The same device under the same profile, and everything that is held on it is steered by the next site file too.</summary>
    private bool GoesOn(DeviceSession session, Site to, ProfileSource profiles)
    {
        var device = session.Device;
        var at = to.Devices.IndexOf(to.Devices.FirstOrDefault(one => one.Name == device.Name)!);
        if (at < 0 || to.Devices[at].Profile != device.Profile || !to.Devices[at].Link.IsSame(device.Link) || profiles.UsedText(device.Profile) != Profiles.UsedText(device.Profile))
            return false;
        return Holds.Lines.All(line => line.Device != device.Name || FieldLayer.Steers(to, at, line.Kind));
    }

    /// <summary>What the API may look at.</summary>
    public Desk Desk { get; }

    private static Desk DeskOf(Composition built) => new(built.Site, Version, () => built.Daemon.Latest)
    {
        RecordAt = at => built.Recorder.Look(store => Desk.RecordIn(store, at)),
        Telemetry = new(built.OpenTelemetry, built.options.RealTime),
        Trace = built.traces.GetValueOrDefault,
        Writes = () => built.Field.Uses,
        Contest = () => built.Daemon.Contest,
        Orders = built.Orders,
        Cloud = built.Cloud is { } cloud ? () => cloud.Look : null,
        Home = built.Home is { } home ? () => home.Look : null,
        LineOf = built.leases.GetValueOrDefault,
        RecordWrite = done => built.Recorder.AppendAsync(LedgerKind.HandWrite, built.Clock.Now, done.ToBytes()),
        // no Release: beside running rhythms it would be taken back within a second; the verb works while the daemon is down
    };

    /// <summary>Stored telemetry for reading, beside whoever writes it. <see cref="IOException"/> when the store cannot be had.</summary>
    public static OpenedTelemetry TelemetryIn(string path)
    {
        var store = SqliteStore.OpenReadOnly(path);
        return new(Reader(store), store);
    }

    /// <summary>A connection of its own for each question: a long one must not hold the lock that the recorder writes under.</summary>
    private OpenedTelemetry OpenTelemetry() => options.StorePath is { } path ? TelemetryIn(path) : Recorder.Look(store => new OpenedTelemetry(Reader(store)));

    private static ITelemetryReader Reader(IStore store) =>
        store as ITelemetryReader ?? throw new InvalidOperationException($"{store.GetType().Name} keeps no telemetry that can be read.");

    private ModbusLease Lease(Device device, DeviceProfile profile)
    {
        var lease = lines.Lease(SettingsOf(device, profile));
        leases[device.Name] = lease;
        traces[device.Name] = new(lease.Master.Trace, [device.Link.Unit, .. device.Link.Units.Values]);
        return lease;
    }

    /// <summary>The line of a device, with the patience its model needs.</summary>
    public static LineSettings SettingsOf(Device device, DeviceProfile profile)
    {
        return Wiring.Of(device.Link) with
        {
            TransactionTimeout = TimeSpan.FromMilliseconds(profile.Link.TimeoutMs),
            LeastTimeout = LeastTimeout,
            Gap = TimeSpan.FromMilliseconds(profile.Link.GapMs),
            WaitAfterConnect = TimeSpan.FromMilliseconds(profile.Link.WaitAfterConnectMs),
        };
    }

    private static long SinceProcessStartMs(TimeProvider time)
    {
        using var self = Process.GetCurrentProcess();
        return (long)(time.GetUtcNow() - self.StartTime.ToUniversalTime()).TotalMilliseconds;
    }

    private async Task EndPartsAsync()
    {
        if (isOver)
            return;
        isOver = true;
        await Field.DisposeAsync();
        await lines.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        EndLinks();
        await EndPartsAsync();
        await ground.DisposeAsync();
    }
}

/// <summary>What a composition is told from outside.</summary>
internal sealed record CompositionOptions(string? StorePath, TimeProvider SiteTime, TimeProvider RealTime, Log Log) : GroundOptions(StorePath, SiteTime, RealTime, Log)
{
    public IGpio Gpio { get; init; } = Composition.Gpio;
    public II2cBuses I2c { get; init; } = Composition.I2c;

    /// <summary>Makes the link to the cloud; null where nothing is to be sent.</summary>
    public Func<CloudLink, UplinkTopics, IUplink>? Uplink { get; init; }
    public Func<HomeLink, HomeTopics, IUplink>? Home { get; init; }
    public StartMode Start { get; init; }
}
