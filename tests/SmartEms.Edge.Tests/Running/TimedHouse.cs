using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Simulation;

namespace SmartEms.Edge.Tests.Running;

/// <summary>A whole daemon in this process, on a clock that can be stepped, with simulated devices on real sockets; it can be started anew on the same store.</summary>
internal sealed class TimedHouse : IAsyncDisposable
{
    /// <summary>Half of the shortest time after which a device of the house falls back by itself.</summary>
    private const int StepSeconds = 10;

    private readonly House house;
    private readonly string? store;
    private readonly Tariff? tariff;
    private readonly Func<Site, Site> change;
    private Composition built;

    private TimedHouse(House house, string? store, Tariff? tariff, Func<Site, Site> change)
    {
        (this.house, this.store, this.tariff, this.change) = (house, store, tariff, change);
        built = Build();
    }

    /// <summary>What the machine says of its clock.</summary>
    public ClockSigns Signs { get; set; } = new(true, true);

    /// <summary>How the next start goes.</summary>
    public StartMode Start { get; set; }

    public Core.Simulating.SimulatedTime Time => house.Time;
    public Snapshot Now => built.Daemon.Latest!;
    public Daemon Daemon => built.Daemon;
    public OrderBook Orders => built.Orders;
    public FieldLayer Field => built.Field;
    public Edge.Simulation.SimulatedDevices Devices => house.Devices;
    public int Reversions => house.Devices.Look(physics => physics.Reversions);

    public static async Task<TimedHouse> StartAsync(string? store = null, ClockSigns? signs = null, Tariff? tariff = null, Func<Site, Site>? change = null)
    {
        var house = await House.StartAsync(loadWatts: 2_000);
        house.Run(2);
        return new(house, store, tariff, change ?? (site => site)) { Signs = signs ?? new(true, true) };
    }

    /// <summary>The quarter-hour's rhythm hangs; Follow goes on.</summary>
    public bool IsCycleStuck { get; set; }

    /// <summary>So many seconds in lock-step: world, senses, thought, act.</summary>
    public async Task LiveAsync(int seconds)
    {
        for (var second = 0; second < seconds; second += StepSeconds)
        {
            house.Run(StepSeconds, StepSeconds);
            await built.Field.RoundAsync(default);
            if (built.Daemon.IsCycleDue && !IsCycleStuck)
                await built.Daemon.CycleOnceAsync();
            await built.Daemon.FollowOnceAsync();
            await built.Field.ActAsync(default);
        }
    }

    /// <summary>The machine sleeps: time goes on for the world and on the clock, and for nobody else.</summary>
    public void Sleep(TimeSpan span) => house.Run(span.TotalSeconds, 60);

    public async Task RestartAsync()
    {
        await built.DisposeAsync();
        built = Build();
    }

    /// <summary>Everything the ledger holds of a kind, in its order.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> LedgerAsync(LedgerKind kind)
    {
        await built.Recorder.AppendAsync(LedgerKind.Note, Time.Now, [0]); // behind all that was handed in before
        return built.Recorder.Look(store => store.Read(kind, new(long.MinValue), new(long.MaxValue)).OrderBy(entry => entry.Sequence).ToArray());
    }

    public T Look<T>(Func<IStore, T> look) => built.Recorder.Look(look);

    /// <summary>The whole ledger.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> AllAsync()
    {
        await built.Recorder.AppendAsync(LedgerKind.Note, Time.Now, [0]);
        return built.Recorder.Look(store => ((ILedger)store).After(0, int.MaxValue));
    }

    /// <summary>When the device's point with the most samples was read, as the store tells it.</summary>
    public Instant[] Telemetry(string device) => built.Recorder.Look(store => store is ITelemetryReader reader
        ? reader.Points().Where(point => point.Name.StartsWith(device, StringComparison.Ordinal))
            .Select(point => reader.Read(point.Number, TelemetryTier.Raw, new(long.MinValue), new(long.MaxValue)).Select(row => row.At).ToArray()).MaxBy(rows => rows.Length)!
        : []);

    public async Task<long[]> SlotsAsync() => [.. (await LedgerAsync(LedgerKind.Cycle)).Select(entry => CycleRecord.FromBytes(entry.Body).Slot.Index)];

    /// <summary>As the daemon has it.</summary>
    public Site Site => change(tariff is null ? house.Devices.SiteWithBoundPorts : house.Devices.SiteWithBoundPorts with { Tariff = tariff });

    private Composition Build() => Composition.Build(new(Site, "timed", ""), new(null), new(store, house.Time, TimeProvider.System, Log.Silent)
    {
        ClockJudge = new(() => Signs, house.Time),
        Start = Start,
    });

    public async ValueTask DisposeAsync()
    {
        await built.DisposeAsync();
        await house.DisposeAsync();
    }
}
