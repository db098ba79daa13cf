using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;

namespace SmartEms.Edge;

/// <summary>What the ground is told from outside.</summary>
internal record GroundOptions(string? StorePath, TimeProvider SiteTime, TimeProvider RealTime, Log Log)
{
    /// <summary>Says how far the site's time can be believed; null where somebody else answers for it.</summary>
    public ClockJudge? ClockJudge { get; init; }
}

/// <summary>What a site stands on and what outlives a change of its file: the store and its recorder, the clock, standing orders, what is held on which device,
/// how often registers were written.</summary>
internal sealed class Ground : IAsyncDisposable
{
    /// <summary>Control waits so long for its memory of the last run, and not for ever: a dying card may hang for minutes.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DurableWithin = TimeSpan.FromSeconds(2);

    private readonly GroundOptions options;
    private readonly IStore? first;
    private volatile Texts texts;
    private volatile Terminals? terminals;
    private bool isCounted;

    private Ground(Texts texts, GroundOptions options, IStore? store, Func<Ground, IStore> reopen)
    {
        (this.texts, this.options, first) = (texts, options, store);
        Clock = new(options.SiteTime, options.ClockJudge);
        Recorder = new(store, options.RealTime, options.StorePath is null ? null : () => Counted(reopen(this)));
        Orders = new(texts.Loaded.Site, Recorder, Clock, options.Log);
        (Budget.Keep, Holds.Keep) = (KeepCountsAsync, KeepHoldsAsync);
        if (store is not null)
            Resume(store);
    }

    public SiteClock Clock { get; }
    public Recorder Recorder { get; }

    /// <summary>What people and the cloud have ordered.</summary>
    public OrderBook Orders { get; }

    /// <summary>What is held on which device.</summary>
    public HoldJournal Holds { get; } = new();

    /// <summary>How often the devices' registers have been written.</summary>
    public WriteBudget Budget { get; } = new();

    /// <summary>Opens the store (null path = memory only). A store that its disk cannot hold does not keep control from starting: the recorder goes on trying, and a
    /// finding says so. <see cref="IOException"/> when the store is somebody else's, newer, in use, or may not be written.</summary>
    public static Ground Open(LoadedSite loaded, ProfileSource profiles, GroundOptions options)
    {
        var texts = new Texts(loaded, profiles);
        var opening = Task.Run(() => Opened(texts, options));
        try
        {
            if (opening.Wait(StorePatience))
                return new(texts, options, opening.Result, ground => Opened(ground.texts, options));
            options.Log.Error($"F501 the store is not open after {StorePatience.TotalSeconds:0} s; control starts without its memory — check the disk: df -h, dmesg");
            var slow = opening;
            return new(texts, options, null, ground => Interlocked.Exchange(ref slow, null) is { } late ? late.GetAwaiter().GetResult() : Opened(ground.texts, options));
        }
        catch (AggregateException several) when (several.InnerException is { } failure)
        {
            if (failure is not IOException trouble || !IsOfDisk(trouble))
                ExceptionDispatchInfo.Throw(failure);
            options.Log.Error($"F501 records cannot be stored; control goes on from memory: {failure.Message}");
            return new(texts, options, null, ground => Opened(ground.texts, options));
        }
    }

    /// <summary>What the run before knew, for the first site that stands here.</summary>
    public Memory Remembered(LoadedSite loaded) => first is { } known ? LastRun.Remember(known, loaded, options.Log) : Memory.Fresh(loaded.Site);

    /// <summary>The pulse counters that count from now on; those of before are given what the store knows, or what others have counted meanwhile.</summary>
    public void Count(Terminals by, ImmutableArray<PulseMark>? counted)
    {
        terminals = by;
        if (counted is { } marks)
            by.Adopt(marks);
        else if (first is { } store)
            Counted(store);
    }

    /// <summary>Another site file rules from now on: its texts are what a store opened anew is given, and the ledger says that they have changed.</summary>
    public void Take(LoadedSite loaded, ProfileSource profiles)
    {
        texts = new(loaded, profiles);
        _ = Recorder.AppendAsync(LedgerKind.Configuration, Clock.Now, Provenance.Configuration(loaded, profiles));
    }

    /// <summary>Stores texts before a record names them, and waits until all that was to be recorded before is durable; a disk that is sick or slow is not waited for, and
    /// gets them when it is opened anew. True when all is durable.</summary>
    public async Task<bool> KeepTextsAsync(LoadedSite loaded, ProfileSource profiles, byte[] note)
    {
        var kept = Task.Run(() => IsKept(loaded, profiles));
        var noted = Recorder.AppendAsync(LedgerKind.Note, Clock.Now, note);
        var both = Task.WhenAll(kept, noted);
        return await Task.WhenAny(both, Task.Delay(DurableWithin, options.RealTime)) == both && await kept && await noted;
    }

    private bool IsKept(LoadedSite loaded, ProfileSource profiles)
    {
        try
        {
            return Recorder.Look(store =>
            {
                Provenance.KeepTexts(store, loaded, profiles);
                return true;
            });
        }
        catch (IOException failure)
        {
            options.Log.Warning($"the texts of the new site file are not stored yet: {failure.Message}");
            return false;
        }
    }

    /// <summary>What a run has left held, as its store says. <see cref="InvalidDataException"/> on damage.</summary>
    public static ImmutableArray<Hold> HoldsIn(IStore store) => store.Last(LedgerKind.Hold) is { } entry ? HoldWire.FromBytes(entry.Body) : [];

    /// <summary>Also how the recorder opens the store anew after a failure.</summary>
    private static IStore Opened(Texts texts, GroundOptions options)
    {
        IStore store = options.StorePath is { } path ? StoreRecovery.Open(path, new(options.RealTime, options.Log.Warning)) : new MemoryStore();
        try
        {
            Provenance.Keep(store, texts.Loaded, texts.Profiles, Instant.From(options.SiteTime.GetUtcNow()));
            return store;
        }
        catch (IOException)
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>The errno values of input/output error, no space, read-only file system and quota, as the class library hands them on.</summary>
    private static bool IsOfDisk(IOException failure) => failure is StoreException store ? store.IsOfDisk : failure.HResult is 5 or 28 or 122;

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

    /// <summary>Takes over the counts of the last run from the first store that opens. A store that cannot be read costs them: the log says so.</summary>
    private IStore Counted(IStore store)
    {
        if (isCounted)
            return store;
        isCounted = true;
        try
        {
            if (store.Last(LedgerKind.WriteCounts) is { } entry)
                Budget.Adopt(WearWire.FromBytes(entry.Body));
            terminals?.Adopt(store.Last(LedgerKind.PulseCounts) is { } pulses ? PulseWire.FromBytes(pulses.Body) : []);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            options.Log.Warning($"the counts of register writes and of pulses start anew: {failure.Message}");
            terminals?.Adopt([]);
        }
        return store;
    }

    /// <summary>A first setpoint waits for its line to be on disk, and no longer than control can wait.</summary>
    private Task KeepHoldsAsync(Instant now, ImmutableArray<Hold> holds) => KeepAsync(LedgerKind.Hold, now, HoldWire.ToBytes(holds));

    /// <summary>A write waits for its count to be on disk, and no longer than control can wait.</summary>
    private Task KeepCountsAsync(Instant now, ImmutableArray<RegisterWear> counts) => KeepAsync(LedgerKind.WriteCounts, now, WearWire.ToBytes(counts));

    public Task KeepPulsesAsync(Instant now, ImmutableArray<PulseMark> marks) => KeepAsync(LedgerKind.PulseCounts, now, PulseWire.ToBytes(marks));

    private async Task KeepAsync(LedgerKind kind, Instant now, byte[] body) =>
        await Task.WhenAny(Recorder.AppendAsync(kind, now, body), Task.Delay(DurableWithin, options.RealTime));

    public async ValueTask DisposeAsync()
    {
        await Recorder.DisposeAsync();
        Orders.Dispose();
    }

    private sealed record Texts(LoadedSite Loaded, ProfileSource Profiles);
}
