using System.Collections.Immutable;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Running;

/// <summary>What a daemon is put together from.</summary>
internal sealed record DaemonParts(Site Site, string SiteHash, FieldLayer Field, Recorder Recorder, IPolicy Policy, SiteClock Clock, Log Log)
{
    public required Memory Memory { get; init; }

    /// <summary>What people and the cloud have ordered.</summary>
    public required OrderBook Orders { get; init; }
    public required string Program { get; init; }

    /// <summary>SHA-256 of the policy and of the list of profiles, and the build of the program; for the records.</summary>
    public string PolicyHash { get; init; } = "";
    public string ProfilesHash { get; init; } = "";
    public string ProgramBuild { get; init; } = "";

    /// <summary>The clock on the wall of this machine, whatever time the site lives in: disks and sockets know no other.</summary>
    public required TimeProvider RealTime { get; init; }

    /// <summary>Counts what is written to the card; null where nothing is. It reads /proc and /sys, which never wait for a disk.</summary>
    public WearMeter? Wear { get; init; }

    /// <summary>Whether earlier starts failed, and what of.</summary>
    public StartMode Start { get; init; }

    /// <summary>The newest quarter-hour that was decided under the site file before this one, in the same process; it is not decided again.</summary>
    public Slot? Decided { get; init; }

    /// <summary>The policy of this box is not sound or not signed, and the plan leads.</summary>
    public bool IsPolicyRefused { get; init; }

    /// <summary>The cloud has not been reached for long.</summary>
    public Func<bool> IsCloudDown { get; init; } = () => false;

    /// <summary>Milliseconds since the process started.</summary>
    public required Func<long> SinceStartMs { get; init; }
}

/// <summary>The running controller: the Follow rhythm every second, the Cycle every quarter-hour, each able to go on while the other is stuck.</summary>
internal sealed class Daemon(DaemonParts parts)
{
    private const int ReceiptsKept = 50;

    /// <summary>A slewed wall clock may end its slot a little later than monotonic time does.</summary>
    private const long LongestStandMs = Slot.Milliseconds + 30_000;
    private static readonly TimeSpan DurableWithin = TimeSpan.FromSeconds(2);

    private readonly Site site = parts.Site;
    private readonly TimeProvider realTime = parts.RealTime;
    private readonly SiteClock clock = parts.Clock;
    private readonly TelemetryTap tap = new(parts.Field);
    private readonly LimitWatch limits = new(parts.Site);
    private ImmutableQueue<Receipt> receipts = [];
    private FollowMemory follow = Recalled(parts);
    private Memory memory = parts.Memory;
    private AlertBook alerts = parts.Memory.Alerts;
    private ImmutableArray<Finding> ofPolicy = [];
    private InForce? inForce = InForce.From(parts.Memory, parts.Clock);
    private readonly ConstraintWatch constraints = new(parts.Site);
    private readonly FindingBook book = new(parts.Site);
    private readonly Journal journal = new(parts.Site, parts.Recorder, parts.Log, parts.RealTime);
    private readonly SlotTally slotTally = new(parts.Site, parts.Recorder);
    private readonly OutsideSource outside = new(parts.Site, parts.Log, parts.RealTime);
    private long brainDay = long.MinValue;
    private readonly SlotBook slots = new(parts.Recorder, parts.RealTime, parts.Memory.LastDecision?.Slot ?? parts.Decided, parts.Clock.Now);
    private long lastFollowMs = -1;
    private long followSteps;
    private long cycles;
    private long? firstImageMs;

    public Site Site => site;

    /// <summary>Every device has said what control needs of it.</summary>
    public bool SeesAll => parts.Field.Image().IsComplete;

    /// <summary>One line for the service manager.</summary>
    public string StatusLine => Latest is not { } now
        ? "starting"
        : $"{(IsHealthy ? "running" : "unhealthy")}, {now.Findings.Length} findings, grid {(now.Image.Grid.Import.IsGood ? $"{now.Image.Grid.Import.Value.Watts:0} W" : "unknown")}";

    /// <summary>Adds up energy and money from the first step on.</summary>
    public Tally Tally { get; } = new(parts.Site);

    /// <summary>Beaten by whoever drives Follow in real time.</summary>
    public Rhythm Rhythm { get; } = new(parts.RealTime, parts.Site.Running.FollowPeriod);

    /// <summary>What rule, plan and policy would have paid up to the last decision; null where nothing is planned.</summary>
    public Contest? Contest => memory.Brain?.Contest;

    public Snapshot? Latest { get; private set; }
    public LimitWatch Limits => limits;

    /// <summary>Both rhythms are in time: Follow within three periods, the cycle within a minute of its slot.</summary>
    public bool IsHealthy
    {
        get
        {
            var now = clock.UptimeMs;
            var followFresh = lastFollowMs >= 0 && now - lastFollowMs < 3 * site.Running.FollowPeriod.TotalMilliseconds;
            var cycleFresh = inForce is { } decision && now - decision.AtMs < Slot.Length.TotalMilliseconds + 60_000;
            return followFresh && cycleFresh;
        }
    }

    /// <summary>Hears what became of a setpoint; called from the devices' loops.</summary>
    public void Hear(Receipt receipt)
    {
        ImmutableInterlocked.Update(ref receipts, (queue, one) =>
        {
            queue = queue.Enqueue(one);
            return queue.Count() > ReceiptsKept ? queue.Dequeue() : queue;
        }, receipt);
        journal.Receipt(receipt);
    }

    /// <summary>What another site file goes on with, and the newest quarter-hour that was decided. To be asked once the rhythms have ended.</summary>
    public (Memory Memory, Slot? Decided) Leaves() => (memory with { Follow = follow, Alerts = alerts }, slots.Newest);

    /// <summary>One Follow step on the image of now. What it found is durable before its setpoints may be written, unless the disk is slow or sick.</summary>
    public async ValueTask FollowOnceAsync()
    {
        var now = clock.UptimeMs;
        journal.Clock(clock.Now, now, clock.Trust <= ClockTrust.Holdover);
        var seconds = lastFollowMs < 0 ? site.Running.FollowPeriod.TotalSeconds : Math.Clamp((now - lastFollowMs) / 1000.0, 0.001, 60);
        lastFollowMs = now;
        var image = Look();
        var ruling = inForce;
        var age = ruling is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(now - ruling.AtMs);
        var step = Follow.Step(new(image, site, ruling?.Decision, age, seconds), follow);
        follow = step.Memory;
        var findings = Findings(image, step);
        await journal.FindingsAsync(book.Update(findings), image.TakenAt);
        Alert(findings, image.TakenAt);
        journal.Constraints(constraints.Look(image, step.Envelope, now), image.TakenAt);
        if (ruling is not null || firstImageMs is not null)
        {
            parts.Field.Approve(step.Setpoints, LeaseMs(seconds));
            parts.Field.Terminals?.Approve(RelayPermission.MayRun(image, site), step.Setpoints.Loads, LeaseMs(seconds));
        }
        Account(image, step, findings, seconds);
    }

    /// <summary>Whoever must know is told with the step that finds it, and not with the next quarter-hour. Follow alone turns the book's pages.</summary>
    private void Alert(ImmutableArray<Finding> findings, Instant at)
    {
        var before = alerts;
        alerts = before.Update(findings, at);
        journal.Alerts(before, alerts, at);
    }

    /// <summary>The site as it is now, and what has been ordered; a stop pressed at a contact is latched with the same look.</summary>
    private ProcessImage Look()
    {
        var image = parts.Field.Image();
        parts.Orders.Latch(image);
        return image with { Orders = parts.Orders.Now(image.TakenAt), Box = new(clock.Trust, parts.Start) };
    }

    /// <summary>The wall clock says how old the memory is; one that jumps may say anything, and then it is as old as may be.</summary>
    private static FollowMemory Recalled(DaemonParts parts)
    {
        var memory = parts.Memory.Follow.Fits(parts.Site) ? parts.Memory.Follow : FollowMemory.Fresh(parts.Site);
        var since = parts.Memory.LastDecision is { } last && parts.Clock.Trust is ClockTrust.Synced or ClockTrust.Holdover ? parts.Clock.Now - last.Slot.Start : TimeSpan.FromSeconds(-1);
        return memory.AfterRestart(parts.Site, parts.Memory.LastDecision is null ? TimeSpan.Zero : since);
    }

    /// <summary>A setpoint stands as long as Follow could at worst be late three times; then the device's own fallback decides.</summary>
    private static long LeaseMs(double seconds) => Math.Max(10_000, (long)(seconds * 3_000));

    private void Account(ProcessImage image, Followed step, ImmutableArray<Finding> findings, double seconds)
    {
        if (firstImageMs is null && image.IsComplete)
        {
            firstImageMs = parts.SinceStartMs();
            parts.Log.Info($"first complete process image after {firstImageMs} ms");
        }
        Tally.Add(image, seconds);
        if (site.Cloud is not null)
            slotTally.Look(image, Tally);
        outside.Add(image, step.Setpoints, seconds);
        limits.Look(image, seconds, Unmet.In(step.Findings));
        parts.Recorder.Telemetry(tap.Take(image.TakenAt));
        followSteps++;
        Latest = new(image.TakenAt, image, inForce?.Decision, step.Setpoints, step.Envelope, findings)
        {
            FollowSteps = followSteps,
            Cycles = cycles,
            Uptime = TimeSpan.FromMilliseconds(clock.UptimeMs),
            LimitViolations = limits.Violations,
            Store = parts.Recorder.State,
            Wear = parts.Wear?.Read(),
            FirstImageMs = firstImageMs,
            FollowStrayMs = Rhythm.StrayMs,
            Terminals = parts.Field.Terminals is { } terminals ? TerminalsNow.Of(terminals) : TerminalsNow.None,
            ClocksAhead = [.. parts.Field.Sessions.Select(session => session.ClockAhead)],
            SlowestMs = [.. parts.Field.Sessions.Select(session => session.SlowestMs)],
            Faults = [.. parts.Field.Sessions.Select(session => session.Fault)],
            Receipts = [.. receipts.Reverse()],
        };
    }

    private ImmutableArray<Finding> Findings(ProcessImage image, Followed step)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        findings.AddRange(Diagnosis.Examine(image, site));
        Guard.Examine(image, site, findings);
        findings.AddRange(step.Findings);
        if (parts.Field.Terminals is { } terminals)
            findings.AddRange(terminals.Findings());
        if (clock.Trust <= ClockTrust.Holdover)
            findings.AddRange(parts.Field.ClocksOff());
        if (parts.Recorder.Failure is not null)
            findings.Add(new(FindingCode.StoreFailing));
        if (parts.IsCloudDown())
            findings.Add(new(FindingCode.CloudNotReached));
        if (outside.Trouble(image.TakenAt) is { } trouble)
            findings.Add(trouble);
        if (parts.IsPolicyRefused)
            findings.Add(new(FindingCode.PolicyRefused));
        findings.AddRange(ofPolicy);
        return findings.DrainToImmutable();
    }

    /// <summary>Another slot has begun, or the last decision is more than a quarter-hour old whatever the wall clock says.</summary>
    public bool IsCycleDue => inForce is not { } last || slots.IsNew(Slot.Of(clock.Now)) || clock.UptimeMs - last.AtMs >= LongestStandMs;

    /// <summary>Thinks one cycle; its record is durable before anybody acts on it, unless the disk takes longer than control can wait. A slot that a clock which
    /// stepped back shows a second time is not decided again.</summary>
    public async Task CycleOnceAsync()
    {
        var image = Look();
        var slot = Slot.Of(image.TakenAt);
        image = image with { Outside = await outside.AtAsync(slot, clock.Trust) };
        if (image.Outside is { } known)
            Tally.Charge(site.Tariff.ImportAt(slot.Start, known.Clock, known.Spot.IsEmpty ? null : known.Spot[0]));
        if (!await slots.TakeAsync(slot))
        {
            Prolong(slot, image);
            return;
        }
        var before = memory with { Follow = follow, Alerts = alerts };
        KeepBrain(before.Brain, image);
        var thought = Cycle.Think(slot, image, site, before, parts.Policy);
        var record = new CycleRecord(slot, image, before, thought.Decision, thought.Findings)
        {
            SiteHash = parts.SiteHash,
            PolicyName = parts.Policy.Name,
            PolicyMode = site.Running.PolicyMode,
            Program = parts.Program,
            PolicyHash = parts.PolicyHash,
            ProfilesHash = parts.ProfilesHash,
            ProgramBuild = parts.ProgramBuild,
        };
        var stored = parts.Recorder.AppendAsync(LedgerKind.Cycle, image.TakenAt, record.ToBytes());
        ofPolicy = thought.Findings.RemoveAll(finding => finding.Code is not (FindingCode.PolicyFailed or FindingCode.PlanFailed)); // Follow cannot see it, and it stands until the policy is asked again
        await Task.WhenAny(stored, Task.Delay(DurableWithin, realTime));
        memory = thought.Memory;
        inForce = new(thought.Decision, clock.UptimeMs);
        cycles++;
    }

    /// <summary>Once a day, and with the first decision, what was learnt is stored; the records after it roll it on.</summary>
    private void KeepBrain(Brain? brain, ProcessImage image)
    {
        if (brain is null || image.Outside?.Clock.DayOf(image.TakenAt) is not { } day || day == brainDay)
            return;
        brainDay = day;
        _ = parts.Recorder.AppendAsync(LedgerKind.Brain, image.TakenAt, BrainWire.ToBytes(brain));
    }

    /// <summary>The wall clock runs through quarter-hours that have been decided. The decision stands for the rest of its time, then the plain rule leads from
    /// quarter-hour to quarter-hour of monotonic time; nothing is recorded as decided. What was decided under another site file does not stand.</summary>
    private void Prolong(Slot slot, ProcessImage image)
    {
        if (inForce is { } standing && clock.UptimeMs - standing.AtMs < Slot.Milliseconds)
            return;
        var thought = Cycle.Think(slot, image, site with { Running = site.Running with { PolicyMode = PolicyMode.Off } }, memory with { Follow = follow }, parts.Policy);
        journal.Note(
            parts.Decided == slot ? $"{slot} was decided under the site file before; the plain rule leads until it ends" : $"the clock runs through {slot}, which has been decided; the plain rule leads for another quarter-hour",
            image.TakenAt);
        inForce = new(thought.Decision, clock.UptimeMs);
    }
}
