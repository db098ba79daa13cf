using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
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
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Sensing.Sensors;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge;

/// <summary>The only file that says which adapter is used, and puts a running daemon together.</summary>
internal sealed class Composition : IAsyncDisposable
{
    /// <summary>Control waits so long for its memory of the last run, and not for ever: a dying card may hang for minutes.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(5);

    /// <summary>No device is given up sooner, however quick it has been: a busy box must not take its own lateness for the device's.</summary>
    private static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(300);

    /// <summary>A cloud that is away so long is worth a notice; control needs none.</summary>
    private static readonly TimeSpan CloudPatience = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan CountsWithin = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, TracedLine> traces = [];
    private readonly Dictionary<string, ModbusLease> leases = [];
    private readonly ModbusLines lines;
    private readonly CompositionOptions options;
    private readonly Terminals terminals;
    private bool isCounted;

    private Composition(LoadedSite loaded, ProfileSource profiles, (IStore? Store, string ProfilesHash, Func<IStore> Reopen) memory, CompositionOptions options)
    {
        (Site, this.options) = (loaded.Site, options);
        Clock = new(options.SiteTime, options.ClockJudge);
        lines = new(options.RealTime);
        Recorder = new(memory.Store, options.RealTime, options.StorePath is null ? null : () => Adopted(memory.Reopen()));
        Daemon? daemon = null;
        Budget.Keep = KeepCountsAsync;
        terminals = new(Site, Clock, options.Gpio, options.I2c) { Keep = KeepPulsesAsync };
        if (memory.Store is { } counted)
            Adopted(counted);
        Orders = new(Site, Recorder, Clock, options.Log) { IsAllAtRest = options.Start == StartMode.Safe };
        Holds.Keep = KeepHoldsAsync;
        if (memory.Store is { } last)
            Resume(last);
        Field = new(Site, Clock, device => profiles.Find(device.Profile)!, Lease, new(receipt => daemon?.Hear(receipt), Budget) { Holds = Holds }) { Terminals = terminals };
        Daemon = daemon = new(new(Site, loaded.Hash, Field, Recorder, PolicyOf(Site), Clock, options.Log)
        {
            Memory = memory.Store is { } known ? LastRun.Remember(known, loaded, options.Log) : Memory.Fresh(loaded.Site),
            Orders = Orders,
            Program = Version,
            PolicyHash = Provenance.PolicyHashOf(Site),
            ProfilesHash = memory.ProfilesHash,
            ProgramBuild = Provenance.Build,
            RealTime = options.RealTime,
            Wear = options.StorePath is { } path ? new(path, options.RealTime) : null,
            Start = options.Start,
            SinceStartMs = () => SinceProcessStartMs(options.RealTime),
            IsCloudDown = () => Cloud?.Look.DownMs > CloudPatience.TotalMilliseconds,
        });
        if (Site.Cloud is { } link && options.Uplink is { } uplink)
            Cloud = CloudParts.Make(new(link, Site, uplink(link, UplinkTopics.Of(link, Site.Id)), Recorder, Clock, options.Log) { Latest = () => daemon.Latest, Program = Version }, Orders, options.StorePath);
        if (Site.Home is { } home && options.Home is { } house)
            Home = new(new(home, Site, house(home, HomeTopics.Of(home, Site.Id)), Clock, options.Log) { Latest = () => daemon.Latest, Counted = () => TallyMark.Of(daemon.Tally), Program = Version });
    }

    public Site Site { get; }

    /// <summary>The link to the cloud; null where the site file names none.</summary>
    public Uplinker? Cloud { get; }

    /// <summary>The link to the house; null where the site file names none.</summary>
    public HomeSpeaker? Home { get; }
    public SiteClock Clock { get; }
    public FieldLayer Field { get; }
    public Recorder Recorder { get; }

    /// <summary>How often the devices' registers have been written.</summary>
    public WriteBudget Budget { get; } = new();
    public Daemon Daemon { get; }

    /// <summary>What is held on which device.</summary>
    public HoldJournal Holds { get; } = new();

    /// <summary>What people and the cloud have ordered.</summary>
    public OrderBook Orders { get; }

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
    public static Composition Build(LoadedSite loaded, ProfileSource profiles, CompositionOptions options)
    {
        (IStore Store, string ProfilesHash) Open() => Opened(loaded, profiles, options);
        IStore Reopen() => Open().Store;
        var opening = Task.Run(Open);
        try
        {
            if (opening.Wait(StorePatience))
                return new(loaded, profiles, (opening.Result.Store, opening.Result.ProfilesHash, Reopen), options);
            options.Log.Error($"F501 the store is not open after {StorePatience.TotalSeconds:0} s; control starts without its memory — check the disk: df -h, dmesg");
            var first = opening;
            return new(loaded, profiles, (null, "", () => Interlocked.Exchange(ref first, null) is { } slow ? slow.GetAwaiter().GetResult().Store : Reopen()), options);
        }
        catch (AggregateException several) when (several.InnerException is { } failure)
        {
            if (failure is not IOException trouble || !IsOfDisk(trouble))
                ExceptionDispatchInfo.Throw(failure);
            options.Log.Error($"F501 records cannot be stored; control goes on from memory: {failure.Message}");
            return new(loaded, profiles, (null, "", Reopen), options);
        }
    }

    /// <summary>Also how the recorder opens the store anew after a failure.</summary>
    private static (IStore Store, string ProfilesHash) Opened(LoadedSite loaded, ProfileSource profiles, CompositionOptions options)
    {
        IStore store = options.StorePath is { } path ? StoreRecovery.Open(path, new(options.RealTime, options.Log.Warning)) : new MemoryStore();
        try
        {
            return (store, Provenance.Keep(store, loaded, profiles, Instant.From(options.SiteTime.GetUtcNow())));
        }
        catch (IOException)
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>The errno values of input/output error, no space, read-only file system and quota, as the class library hands them on.</summary>
    private static bool IsOfDisk(IOException failure) => failure is StoreException store ? store.IsOfDisk : failure.HResult is 5 or 28 or 122;

    /// <summary>What the API may look at.</summary>
    public Desk Desk => new(Site, Version, () => Daemon.Latest)
    {
        RecordAt = at => Recorder.Look(store => Desk.RecordIn(store, at)),
        Telemetry = new(OpenTelemetry, options.RealTime),
        Trace = traces.GetValueOrDefault,
        Writes = () => Field.Uses,
        Contest = () => Daemon.Contest,
        Orders = Orders,
        Cloud = Cloud is { } cloud ? () => cloud.Look : null,
        Home = Home is { } home ? () => home.Look : null,
        LineOf = leases.GetValueOrDefault,
        RecordWrite = done => Recorder.AppendAsync(LedgerKind.HandWrite, Clock.Now, done.ToBytes()),
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

    /// <summary>Goes on under the orders of the last run, where a stop that was not reset still stands; what that run still held is handed back first.</summary>
    private void Resume(IStore store)
    {
        try
        {
            if (options.ClockJudge is { } judge && store.Last(LedgerKind.Cycle) is { } newest)
                judge.NotBefore = newest.At;
            if (store.Last(LedgerKind.Override) is { } entry)
                Orders.Adopt(OrdersWire.FromBytes(entry.Body), Clock.Now);
            Holds.Adopt(HoldsIn(store));
            foreach (var hold in Holds.Lines)
                options.Log.Warning($"{hold.Device} ({hold.Link}): {hold.Kind} has been held since {hold.Since} by a run that did not end in order; it is handed back first");
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            options.Log.Warning($"orders and holds of the last run are lost: {failure.Message}");
        }
    }

    /// <summary>What a run has left held, as its store says. <see cref="InvalidDataException"/> on damage.</summary>
    public static ImmutableArray<Hold> HoldsIn(IStore store) => store.Last(LedgerKind.Hold) is { } entry ? HoldWire.FromBytes(entry.Body) : [];

    /// <summary>A first setpoint waits for its line to be on disk, and no longer than control can wait.</summary>
    private async Task KeepHoldsAsync(Instant now, ImmutableArray<Hold> holds) =>
        await Task.WhenAny(Recorder.AppendAsync(LedgerKind.Hold, now, HoldWire.ToBytes(holds)), Task.Delay(CountsWithin, options.RealTime));

    /// <summary>Takes over the counts of the last run from the first store that opens. A store that cannot be read costs them: the log says so.</summary>
    private IStore Adopted(IStore store)
    {
        if (isCounted)
            return store;
        isCounted = true;
        try
        {
            if (store.Last(LedgerKind.WriteCounts) is { } entry)
                Budget.Adopt(WearWire.FromBytes(entry.Body));
            terminals.Adopt(store.Last(LedgerKind.PulseCounts) is { } pulses ? PulseWire.FromBytes(pulses.Body) : []);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            options.Log.Warning($"the counts of register writes and of pulses start anew: {failure.Message}");
            terminals.Adopt([]);
        }
        return store;
    }

    /// <summary>A write waits for its count to be on disk, and no longer than control can wait.</summary>
    private async Task KeepCountsAsync(Instant now, ImmutableArray<RegisterWear> counts) =>
        await Task.WhenAny(Recorder.AppendAsync(LedgerKind.WriteCounts, now, WearWire.ToBytes(counts)), Task.Delay(CountsWithin, options.RealTime));

    private async Task KeepPulsesAsync(Instant now, ImmutableArray<PulseMark> marks) =>
        await Task.WhenAny(Recorder.AppendAsync(LedgerKind.PulseCounts, now, PulseWire.ToBytes(marks)), Task.Delay(CountsWithin, options.RealTime));

    private static long SinceProcessStartMs(TimeProvider time)
    {
        using var self = Process.GetCurrentProcess();
        return (long)(time.GetUtcNow() - self.StartTime.ToUniversalTime()).TotalMilliseconds;
    }

    public async ValueTask DisposeAsync()
    {
        Cloud?.Dispose();
        Home?.Dispose();
        await Field.DisposeAsync();
        await lines.DisposeAsync();
        await Recorder.DisposeAsync();
        Orders.Dispose();
    }
}

/// <summary>What a composition is told from outside.</summary>
internal sealed record CompositionOptions(string? StorePath, TimeProvider SiteTime, TimeProvider RealTime, Log Log)
{
    public IGpio Gpio { get; init; } = Composition.Gpio;
    public II2cBuses I2c { get; init; } = Composition.I2c;

    /// <summary>Says how far the site's time can be believed; null where somebody else answers for it.</summary>
    public ClockJudge? ClockJudge { get; init; }

    /// <summary>Makes the link to the cloud; null where nothing is to be sent.</summary>
    public Func<CloudLink, UplinkTopics, IUplink>? Uplink { get; init; }
    public Func<HomeLink, HomeTopics, IUplink>? Home { get; init; }
    public StartMode Start { get; init; }
}
