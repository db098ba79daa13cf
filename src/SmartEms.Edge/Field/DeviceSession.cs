using System.Collections.Immutable;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>The conversation with one device: find it, arm it, write what is due, read what is needed, prove what was written.
/// One caller at a time runs <see cref="RoundAsync"/>; everybody else only asks or approves, under the lock.</summary>
internal sealed partial class DeviceSession : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly IRegisterBus bus;
    private readonly SiteClock clock;
    private readonly LinkHealth health = new();
    private readonly ControlLine[] controls;
    private readonly Action<Receipt> onReceipt;
    private readonly Slowest slowest = new();
    private readonly ushort[] words = new ushort[128];
    private readonly Dictionary<RegisterSpan, long> lastReadMs = [];
    private readonly Dictionary<int, long> lastWriteMs = [];
    private readonly WriteBudget budget;
    private readonly HoldJournal holds;
    private DeviceTable? table;
    private RegisterPlan? plan;
    private bool isLost;
    private ushort? knownBase;

    public DeviceSession(int index, Device device, DeviceProfile profile, SessionSurroundings surroundings)
    {
        (Index, Device, Profile) = (index, device, profile);
        (bus, clock, onReceipt, budget) = (surroundings.Bus, surroundings.Clock, surroundings.Proofs.OnReceipt, surroundings.Proofs.Budget);
        holds = surroundings.Proofs.Holds;
        var goesOn = surroundings.Proofs.GoesOn;
        foreach (var hold in holds.Lines)
            if (hold.Device == device.Name && !goesOn.Contains((hold.Device, hold.Kind)))
                left[hold.Kind] = hold;
        controls = [.. profile.Controls.Select(control => new ControlLine(control, profile.Link)
        {
            EffectFactor = control.Kind == ControlKind.EvCurrent ? surroundings.WattsPerAmpere : 1,
        })];
        foreach (var control in controls)
            if (goesOn.Contains((device.Name, control.Definition.Kind)))
                control.TakeOver();
    }

    public int Index { get; }
    public Device Device { get; }
    public DeviceProfile Profile { get; }

    /// <summary>Why the device could not be found yet, or null.</summary>
    public string? Trouble { get; private set; }

    public DeviceReadings Link
    {
        get
        {
            lock (gate)
            {
                var doubts = default(ControlDoubts);
                foreach (var control in controls)
                    doubts = doubts.With(control.Definition.Kind, control.Doubt);
                return health.Now(clock.UptimeMs) with { Controls = doubts };
            }
        }
    }

    /// <summary>Why the device does not answer, with the remedy where one is known; null while it does.</summary>
    public string? Fault
    {
        get
        {
            lock (gate)
                return health.FailuresInARow > 0 ? health.LastFault : null;
        }
    }

    public (long Answers, long Failures, string? LastFault) Counts
    {
        get
        {
            lock (gate)
                return (health.Answers, health.Failures, health.LastFault);
        }
    }

    /// <summary>The longest that one request kept the session waiting in the last minute, connecting included, ms.</summary>
    public long SlowestMs
    {
        get
        {
            lock (gate)
                return slowest.MsAt(clock.UptimeMs);
        }
    }

    /// <summary>How far the device's own clock goes before this machine's; null where it shows none, or has not said yet.</summary>
    public TimeSpan? ClockAhead => Profile.Clock is { } own ? Look((known, nowMs) => known is null ? null : own.Ahead(point => known.Get(point, nowMs), clock.Now)) : null;

    /// <summary>When the next read-back or arming is due, monotonic ms; <see cref="long.MaxValue"/> when nothing is to be proven.</summary>
    public long NextProofMs
    {
        get
        {
            var next = long.MaxValue;
            lock (gate)
                foreach (var control in controls)
                {
                    if (control.PendingAtMs is { } pending)
                        next = Math.Min(next, pending);
                    if (control is { IsArmed: false, Arming: { } arming })
                        next = Math.Min(next, arming.ReadyMs);
                }
            return next;
        }
    }

    /// <summary>Looks at the device's table under the lock; null while the device has not been found.</summary>
    public T Look<T>(Func<DeviceTable?, long, T> look)
    {
        lock (gate)
            return look(table, clock.UptimeMs);
    }

    /// <summary>One round: writes first, then all High reads and one Low read, then what is left to prove.</summary>
    public async ValueTask RoundAsync(CancellationToken stop)
    {
        if (!health.MayAsk(clock.UptimeMs))
            return;
        if ((table is null || isLost) && !await FindAsync(stop))
            return;
        await WriteDueAsync(stop);
        await ReadAllAsync(stop);
        if (await ProveAsync(onlyPending: false, stop))
            await WriteDueAsync(stop); // a device that has lost its setpoint hears it again in the same round
        WatchEffects();
    }

    /// <summary>Only the writes and read-backs that are due: what Follow wakes the session for.</summary>
    public async ValueTask ActAsync(CancellationToken stop)
    {
        if (table is null || isLost || !health.MayAsk(clock.UptimeMs))
            return;
        await WriteDueAsync(stop);
        await ProveAsync(onlyPending: true, stop);
    }

    /// <summary>Finds the device's map and reads what is read once; only then the fresh table takes the old one's place.</summary>
    private async ValueTask<bool> FindAsync(CancellationToken stop)
    {
        Located located;
        if (Profile.Layout == ProfileLayout.SunSpec)
        {
            // Where the map was it will be: a device that went away is asked one question at a time when it may be back.
            var chain = await SunSpecWalk.FindAsync(bus, Device.Link.Unit, knownBase is { } known ? [known] : Profile.SunSpecBases, stop);
            knownBase = chain.IsFound ? chain.Base : chain.IsAway ? knownBase : null;
            if (!chain.IsFound)
                return NotFound(chain.Reason!);
            located = Located.InChain(Profile, Device.Link.Unit, chain.Models);
        }
        else
            located = Located.Fixed(Profile, Device.Link.Unit, Device.Link.Units);
        var fresh = new DeviceTable(located);
        var reads = RegisterPlan.Of(located);
        foreach (var block in reads.Once)
            if (!await ReadAsync(fresh, block, stop))
                return false;
        lock (gate)
        {
            (table, plan, isLost) = (fresh, reads, false);
            lastReadMs.Clear();
            lastWriteMs.Clear();
            foreach (var control in controls)
            {
                control.Disarm();
                control.Tries.Renew();
            }
        }
        Trouble = null;
        return true;
    }

    private bool NotFound(string reason)
    {
        lock (gate)
            health.Failed(Told(reason), isGarbage: false, clock.UptimeMs);
        Trouble = reason;
        return false;
    }

    /// <summary>All High blocks; of the Low ones the most urgent, and every other whose measures would otherwise grow old. The first round
    /// reads all, so that the first image is whole.</summary>
    private async ValueTask ReadAllAsync(CancellationToken stop)
    {
        foreach (var block in plan!.High)
            if (!await ReadIfDueAsync(block, stop))
                return;
        var most = MostUrgent(plan.Low);
        foreach (var block in plan.Low)
            if ((block == most || Urgency(block) >= 0.5) && !await ReadIfDueAsync(block, stop))
                return;
    }

    private ReadBlock? MostUrgent(ImmutableArray<ReadBlock> blocks)
    {
        ReadBlock? most = null;
        foreach (var block in blocks)
            if (most is null || Urgency(block) > Urgency(most))
                most = block;
        return most;
    }

    /// <summary>The block's age as a share of the shortest maximum age among its measures; points that nobody steers by only count a little.</summary>
    private double Urgency(ReadBlock block)
    {
        if (!lastReadMs.TryGetValue(block.Span, out var last))
            return double.PositiveInfinity;
        var shortest = double.PositiveInfinity;
        foreach (var point in block.Points)
            shortest = Math.Min(shortest, Profile.Points[point].MaxAgeMs * (Profile.Points[point].Measure == Measure.None ? 10.0 : 1));
        return (clock.UptimeMs - last) / shortest;
    }

    private ValueTask<bool> ReadIfDueAsync(ReadBlock block, CancellationToken stop) =>
        lastReadMs.TryGetValue(block.Span, out var last) && clock.UptimeMs - last < Profile.Link.RereadMs
            ? ValueTask.FromResult(true)
            : ReadAsync(table!, block, stop);

    /// <summary>Reads a block into a table. False when the link failed and the rest of the round would only wait in vain.</summary>
    private async ValueTask<bool> ReadAsync(DeviceTable into, ReadBlock block, CancellationToken stop)
    {
        var memory = words.AsMemory(0, block.Span.Count);
        var askedMs = clock.UptimeMs;
        var reply = await bus.ReadAsync(block.Span, memory, stop);
        var now = clock.UptimeMs;
        lock (gate)
        {
            slowest.Saw(now - askedMs, now);
            lastReadMs[block.Span] = now;
            if (reply.IsOk)
            {
                health.Answered(now);
                into.Store(block, memory.Span, now);
                return true;
            }
            into.Fail(block, ReasonOf(reply.Status));
            if (reply.Status == BusStatus.Exception)
            {
                health.Answered(now);
                SplitRefused(block, reply);
                return true;
            }
            Failed($"{block.Span}: {reply}", reply.Status, now);
            return false;
        }
    }

    /// <summary>Exception 2 on a block: the device lacks a register in it. The smaller reads are remembered.</summary>
    private void SplitRefused(ReadBlock block, BusReply reply)
    {
        if (reply.ExceptionCode != 2 || table is null || plan is null)
            return;
        var smaller = RegisterPlan.Split(block, table.Device);
        if (smaller.Length > 1)
            plan = plan.Replace(block, smaller);
    }

    /// <summary>Call under the lock. A device that is down may come back as another: it is found and armed anew; its old values go on ageing until then.</summary>
    private void Failed(string fault, BusStatus status, long now)
    {
        health.Failed(Told(fault), status == BusStatus.Malformed, now);
        foreach (var control in controls)
            control.Unsure();
        if (!health.IsDown)
            return;
        isLost = true;
        foreach (var control in controls)
            control.Disarm();
    }

    /// <summary>The line knows more of its own trouble (a port without permission) than the transaction that met it.</summary>
    private string Told(string fault) => bus.Fault ?? fault;

    private static BadReason ReasonOf(BusStatus status) => status switch
    {
        BusStatus.Timeout => BadReason.Timeout,
        BusStatus.Malformed => BadReason.Malformed,
        BusStatus.Exception => BadReason.DeviceException,
        _ => BadReason.Unreachable,
    };

    public ValueTask DisposeAsync() => bus.DisposeAsync();
}
