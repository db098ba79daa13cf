using System.Diagnostics;
using System.Reflection;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;

namespace SmartEms.Edge;

/// <summary>The only file that says which adapter is used, and puts a running daemon together.</summary>
internal sealed class Composition : IAsyncDisposable
{
    private readonly ModbusLines lines;

    private Composition(LoadedSite loaded, ProfileSource profiles, IStore store, CompositionOptions options)
    {
        Site = loaded.Site;
        Clock = new(options.SiteTime);
        lines = new(options.RealTime);
        Recorder = new(store, options.RealTime, options.StorePath is null ? null : () => OpenStore(loaded, options));
        Daemon? daemon = null;
        Field = new(Site, Clock, device => profiles.Find(device.Profile)!, Lease, receipt => daemon?.Hear(receipt));
        Daemon = daemon = new(new(Site, loaded.Hash, Field, Recorder, Policy, Clock, options.Log)
        {
            Memory = Remember(store, loaded, options.Log),
            Program = Version,
            RealTime = options.RealTime,
            Wear = options.StorePath is { } path ? new(path, options.RealTime) : null,
            SinceStartMs = () => SinceProcessStartMs(options.RealTime),
        });
    }

    public Site Site { get; }
    public SiteClock Clock { get; }
    public FieldLayer Field { get; }
    public Recorder Recorder { get; }
    public Daemon Daemon { get; }

    /// <summary>The policy that leads. The learned one takes this place when it has earned it.</summary>
    public static IPolicy Policy => SelfConsumption.Rule;

    /// <summary>Version of the program as it stands in records and on screens.</summary>
    public static string Version { get; } =
        typeof(Composition).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Opens the store (null path = memory only) and builds everything; nothing talks to a device yet. <see cref="IOException"/> when the store cannot be had.</summary>
    public static Composition Build(LoadedSite loaded, ProfileSource profiles, CompositionOptions options)
    {
        return new(loaded, profiles, OpenStore(loaded, options), options);
    }

    /// <summary>Also how the recorder opens the store anew after a failure.</summary>
    private static IStore OpenStore(LoadedSite loaded, CompositionOptions options)
    {
        IStore store = options.StorePath is { } path ? SqliteStore.Open(path) : new MemoryStore();
        try
        {
            store.KeepText(loaded.Hash, loaded.Text);
            return store;
        }
        catch (IOException)
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>What the API may look at.</summary>
    public Control.Desk Desk => new(Site, Version, () => Daemon.Latest)
    {
        RecordAt = at => Recorder.Look(store => Control.Desk.RecordIn(store, at)),
        Release = Field.ReleaseAllAsync,
    };

    private ModbusLease Lease(Device device, DeviceProfile profile) => lines.Lease(SettingsOf(device, profile));

    public static ModbusTcpSettings SettingsOf(Device device, DeviceProfile profile) => new(device.Link.Host, device.Link.Port)
    {
        TransactionTimeout = TimeSpan.FromMilliseconds(profile.Link.TimeoutMs),
        Gap = TimeSpan.FromMilliseconds(profile.Link.GapMs),
        WaitAfterConnect = TimeSpan.FromMilliseconds(profile.Link.WaitAfterConnectMs),
    };

    /// <summary>Restart = continue: the last record is thought again, and its memory is ours. A record of another site or of another program's form starts afresh.</summary>
    private static Memory Remember(IStore store, LoadedSite loaded, Log log)
    {
        try
        {
            if (store.Last(LedgerKind.Cycle) is not { } entry)
                return Memory.Fresh(loaded.Site);
            var record = CycleRecord.FromBytes(entry.Body);
            if (record.SiteHash != loaded.Hash)
                return Afresh(loaded.Site, log, "the site file has changed");
            return record.Before with { LastDecision = record.Decision, Alerts = record.Before.Alerts.Update(record.Findings, record.Image.TakenAt) };
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            return Afresh(loaded.Site, log, failure.Message);
        }
    }

    private static Memory Afresh(Site site, Log log, string why)
    {
        log.Warning($"starting with a fresh memory: {why}");
        return Memory.Fresh(site);
    }

    private static long SinceProcessStartMs(TimeProvider time)
    {
        using var self = Process.GetCurrentProcess();
        return (long)(time.GetUtcNow() - self.StartTime.ToUniversalTime()).TotalMilliseconds;
    }

    public async ValueTask DisposeAsync()
    {
        await Field.DisposeAsync();
        await lines.DisposeAsync();
        await Recorder.DisposeAsync();
    }
}

/// <summary>What a composition is told from outside.</summary>
internal sealed record CompositionOptions(string? StorePath, TimeProvider SiteTime, TimeProvider RealTime, Log Log);
