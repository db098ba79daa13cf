using System.Collections.Immutable;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>What a storm gave.</summary>
internal sealed record StormResult(ulong Seed, double Days, long Steps, StormJudge Judge, LimitWatch Limits)
{
    /// <summary>The chargers that switch their phases.</summary>
    public required ContactorJudge Contactors { get; init; }

    /// <summary>What became of every setpoint.</summary>
    public required SetpointJudge Setpoints { get; init; }

    /// <summary>Steps of one second, in which the limits at the connection are judged.</summary>
    public long FineSteps { get; init; }
    public int Strikes { get; init; }
    public int Restarts { get; init; }
    public int StoreOutages { get; init; }
    public int BrokerOutages { get; init; }

    /// <summary>Orders by hand and of the cloud.</summary>
    public int Orders { get; init; }
    public int ClockSteps { get; init; }
    public int Decisions { get; init; }

    /// <summary>A restart that changed what was asked next.</summary>
    public int RestartChanges { get; init; }
    public double LiedSeconds { get; init; }

    public bool IsClean => Judge.IsClean && Contactors.IsClean && Limits.Violations == 0 && Setpoints.Silent == 0 && RestartChanges == 0;
}

/// <summary>A simulated site under the product's own Cycle and Follow while everything goes wrong: devices fall silent, freeze, lie and reset, contacts switch and
/// break, the clock jumps, the store and the broker are gone, orders come and end, the program restarts, and a wild policy leads. Between the faults a step takes a minute; around each of them, a second.</summary>
internal sealed class Storm
{
    private const double DeviceTimeoutSeconds = 60;
    private const int CoarseSeconds = 60;

    /// <summary>How long around a fault steps stay short, and how long faults last, s.</summary>
    private const int FineSeconds = 60;
    private const double StrikesPerDay = 6;

    private readonly ulong seed;
    private readonly Site site;
    private readonly SimulatedSite world;
    private readonly StormSenses senses;
    private readonly WildPolicy policy;
    private readonly StormJudge judge;
    private readonly ContactorJudge contactors;
    private readonly SetpointJudge setpoints;
    private readonly LimitWatch limits;
    private readonly StormOrders orders;
    private ImmutableArray<ContactReadings> contacts;
    private SeededRandom dice;
    private Memory memory;
    private Decision? inForce;
    private Decision? coming;
    private long decidedMs = long.MinValue / 2;
    private long comingMs;
    private long nowMs;
    private long fineUntilMs;
    private long contactLostUntilMs;
    private long clockOffsetMs;
    private bool wasFine;
    private long storeLostUntilMs;

    /// <summary>The last record that came to the disk; what a restart has.</summary>
    private byte[] recorded = [];
    private (long Steps, long Fine, int Restarts, int Clock, int Decisions, int Changes, int Store) count;

    public Storm(ulong seed, int days)
    {
        (this.seed, site, dice) = (seed, StormSite.Make(seed), new(SeededRandom.Mix(seed, 1)));
        world = new(site, GeneratedTrace.Make(SeededRandom.Mix(seed, 2), Math.Min(days, 30)), new() { Start = Instant.From(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), Seed = SeededRandom.Mix(seed, 3), LoadScale = dice.Between(0.7, 2.5) });
        (senses, policy, judge, limits, memory) = (new(site, SeededRandom.Mix(seed, 4)), new(SeededRandom.Mix(seed, 5)), new(site), new(site), Memory.Fresh(site));
        (contactors, setpoints, orders) = (new(site), new(site), new(site, SeededRandom.Mix(seed, 6)));
        Record(memory);
        contacts = [.. site.Contacts.Select(_ => new ContactReadings { Asserted = Reading.Good(false) })];
        Days = days;
    }

    public int Days { get; }

    public StormResult Run()
    {
        var end = Days * 86_400_000L;
        while (nowMs < end)
        {
            var isFine = nowMs < fineUntilMs;
            var seconds = isFine ? 1 : CoarseSeconds;
            Misfortune(seconds);
            Step(seconds, isFine);
            nowMs += seconds * 1000L;
            wasFine = isFine;
        }
        return new(seed, Days, count.Steps, judge, limits)
        {
            Contactors = contactors, Setpoints = setpoints, FineSteps = count.Fine, Strikes = senses.Strikes, Restarts = count.Restarts, ClockSteps = count.Clock,
            StoreOutages = count.Store, BrokerOutages = orders.Outages, Orders = orders.Asked,
            Decisions = count.Decisions, RestartChanges = count.Changes, LiedSeconds = senses.LiedSeconds,
        };
    }

    /// <summary>What may happen in a step; each of it begins a stretch of short steps.</summary>
    private void Misfortune(int seconds)
    {
        bool Happens(double perDay) => dice.Chance(perDay * seconds / 86_400);
        if (Happens(StrikesPerDay))
        {
            var lasts = (long)(dice.Between(2, 240) * 1000);
            senses.Strike((int)(dice.NextDouble() * site.Devices.Length), (SenseFault)(1 + (int)(dice.NextDouble() * 5)), nowMs + lasts);
            Closely(lasts);
        }
        if (Happens(1))
            Reset();
        if (Happens(1) && contacts.Length > 0)
        {
            var which = dice.Chance(0.9) ? 0 : 1;
            contacts = contacts.SetItem(which, new() { Asserted = Reading.Good(!contacts[which].Asserted.Value) });
            Closely(0);
        }
        if (Happens(0.3))
        {
            contactLostUntilMs = nowMs + (long)(dice.Between(5, 120) * 1000);
            Closely(contactLostUntilMs - nowMs);
        }
        if (Happens(0.2))
        {
            clockOffsetMs += (long)(dice.Between(-5, 5) * 3_600_000);
            count.Clock++;
            Closely(0);
        }
        if (Happens(0.3))
        {
            storeLostUntilMs = nowMs + (long)(dice.Between(10, 7_200) * 1000);
            count.Store++;
        }
        if (Happens(0.3))
            orders.Cut(nowMs + (long)(dice.Between(10, 86_400) * 1000));
        if (Happens(2))
        {
            orders.Ask(nowMs);
            Closely(0);
        }
        if (Happens(0.5))
            Restart();
        if (Happens(3))
            world.AddedLoadWatts = dice.Chance(0.5) ? 0 : dice.Between(500, 4_000);
    }

    private void Closely(long lastsMs) => fineUntilMs = Math.Max(fineUntilMs, nowMs + lastsMs + (FineSeconds * 1000L));

    /// <summary>Devices start anew and have forgotten what they were told.</summary>
    private void Reset()
    {
        for (var i = 0; i < site.Batteries.Length; i++)
            world.ReleaseBattery(i);
        for (var i = 0; i < site.PvPlants.Length; i++)
            world.ReleasePv(i);
        Closely(0);
    }

    /// <summary>The program begins anew. Out of the bytes of its memory it would ask what it asks; what it goes on with is the last record, as old as that is.</summary>
    private void Restart()
    {
        var again = Read(Bytes(memory));
        var image = Image(1);
        var age = TimeSpan.FromMilliseconds(nowMs - decidedMs);
        var (before, after) = (Follow.Step(new(image, site, inForce, age, 1), memory.Follow), Follow.Step(new(image, site, inForce, age, 1), again.Follow));
        count.Changes += Same(before.Setpoints, after.Setpoints) ? 0 : 1;
        count.Restarts++;
        Recall(image.TakenAt);
        Closely(0);
    }

    /// <summary>As the daemon does: a slot that is decided goes on under its decision.</summary>
    private void Recall(Instant now)
    {
        var last = Read(recorded);
        var since = last.LastDecision is { } decision ? now - decision.Slot.Start : TimeSpan.Zero;
        memory = last with { Follow = last.Follow.AfterRestart(site, since) };
        (inForce, coming) = (last.LastDecision is { } standing && standing.Slot == Slot.Of(now) ? standing : null, null);
        decidedMs = inForce is null ? long.MinValue / 2 : nowMs - (long)since.TotalMilliseconds;
    }

    private void Record(Memory known)
    {
        if (nowMs >= storeLostUntilMs)
            recorded = Bytes(known);
    }

    private static byte[] Bytes(Memory memory)
    {
        var to = new WireWriter();
        MemoryWire.Write(to, memory);
        return to.ToArray();
    }

    private static Memory Read(byte[] bytes)
    {
        var from = new WireReader(bytes);
        return MemoryWire.Read(ref from);
    }

    private static bool Same(Setpoints one, Setpoints other) =>
        one.Batteries.AsSpan().SequenceEqual(other.Batteries.AsSpan()) && one.EvChargers.AsSpan().SequenceEqual(other.EvChargers.AsSpan()) && one.PvPlants.AsSpan().SequenceEqual(other.PvPlants.AsSpan());

    private ProcessImage Image(double seconds)
    {
        var image = senses.Through(world.Image(), nowMs, seconds);
        var isLost = nowMs < contactLostUntilMs;
        return image with
        {
            TakenAt = image.TakenAt + TimeSpan.FromMilliseconds(clockOffsetMs),
            Orders = orders.Standing(image.TakenAt + TimeSpan.FromMilliseconds(clockOffsetMs), nowMs),
            Contacts = isLost ? [.. contacts.Select(_ => new ContactReadings { Asserted = Reading.Bad<bool>(BadReason.Unreachable) })] : contacts,
        };
    }

    private void Step(int seconds, bool isFine)
    {
        var image = Image(seconds);
        Decide(image);
        var step = Follow.Step(new(image, site, inForce, TimeSpan.FromMilliseconds(nowMs - decidedMs), seconds), memory.Follow);
        judge.Look(image, step);
        if (isFine && !wasFine)
            limits.Forget();
        if (isFine && !senses.IsLying)
            limits.Look(image, seconds, Unmet.In(step.Findings));
        else
            limits.Forget();
        memory = memory with { Follow = step.Memory };
        Command(step.Setpoints);
        contactors.Look(world, nowMs);
        world.Step(seconds);
        setpoints.Look(world, image, step.Setpoints);
        count.Steps++;
        count.Fine += isFine ? 1 : 0;
    }

    /// <summary>As the daemon does: a new slot on the wall clock, or a quarter-hour gone by. The wild policy answers ten seconds late.</summary>
    private void Decide(ProcessImage image)
    {
        if (coming is { } ready && nowMs >= comingMs)
            (inForce, coming) = (ready, null);
        var slot = Slot.Of(image.TakenAt);
        if (memory.LastDecision is { } last && slot <= last.Slot && nowMs - decidedMs < Slot.Milliseconds)
            return;
        var thought = Cycle.Think(slot, image, site, memory, policy);
        (memory, coming, comingMs, decidedMs) = (thought.Memory with { Follow = memory.Follow }, thought.Decision, nowMs + 10_000, nowMs);
        count.Decisions++;
        Record(memory);
    }

    /// <summary>A silent device hears nothing; its own timeout lets it fall back.</summary>
    private void Command(Setpoints setpoints)
    {
        for (var i = 0; i < setpoints.Batteries.Length; i++)
            if (!senses.IsSilent(site.Batteries[i].Device))
                world.CommandBattery(i, setpoints.Batteries[i].Discharge.Watts, DeviceTimeoutSeconds + 1);
        for (var i = 0; i < setpoints.EvChargers.Length; i++)
        {
            if (senses.IsSilent(site.EvChargers[i].Device))
                continue;
            world.OfferEv(i, setpoints.EvChargers[i].Offer.Amperes, DeviceTimeoutSeconds + 1);
            if (setpoints.EvChargers[i].Phases is { } phases)
                world.SwitchEv(i, phases);
        }
        for (var i = 0; i < setpoints.PvPlants.Length; i++)
        {
            if (senses.IsSilent(site.PvPlants[i].Device))
                continue;
            if (setpoints.PvPlants[i].Limit is { } limit)
                world.LimitPv(i, limit.Watts, DeviceTimeoutSeconds + 1);
            else
                world.ReleasePv(i);
        }
    }
}
