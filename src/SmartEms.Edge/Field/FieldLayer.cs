using System.Collections.Immutable;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>All devices of the site together: gives process images, takes setpoints. One loop per device, so that a dead one holds nobody up.</summary>
internal sealed class FieldLayer : IAsyncDisposable
{
    /// <summary>A contactor is told from step to step only: by the time a lost charger is back, current may flow.</summary>
    private const long PhaseLeaseMs = 6_000;

    /// <summary>A tenth of a quarter-hour: what a cheap clock loses in a month or two, and before a timetable is visibly late.</summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(90);

    private readonly Site site;
    private readonly SiteClock clock;
    private readonly DeviceSession[] sessions;
    private readonly WatchedBus[] buses;
    private readonly SemaphoreSlim[] wakes;
    private readonly SiteSenses senses;

    public FieldLayer(Site site, SiteClock clock, Func<Device, DeviceProfile> profileOf, Func<Device, DeviceProfile, IRegisterBus> busOf, Proofs proofs)
    {
        (this.site, this.clock) = (site, clock);
        sessions = new DeviceSession[site.Devices.Length];
        buses = new WatchedBus[sessions.Length];
        wakes = new SemaphoreSlim[sessions.Length];
        for (var i = 0; i < sessions.Length; i++)
        {
            var device = site.Devices[i];
            var profile = profileOf(device);
            buses[i] = new(busOf(device, profile), clock);
            sessions[i] = new(i, device, profile, new(buses[i], clock, proofs, WattsPerAmpere(i)));
            wakes[i] = new(0, 1);
        }
        senses = new(site, sessions);
    }

    public IReadOnlyList<DeviceSession> Sessions => sessions;

    /// <summary>What is wired to this machine itself; null where nothing may be touched.</summary>
    public Terminals? Terminals { get; init; }

    /// <summary>Runs every device's own loop until stopped. Reads come once a period; a setpoint that changes wakes its device at once.</summary>
    public Task RunAsync(TimeSpan period, CancellationToken stop) =>
        Task.WhenAll([Terminals?.RunAsync(stop) ?? Task.CompletedTask, .. sessions.Select((session, i) => LoopAsync(i, period, stop))]);

    /// <summary>A loop that hangs, in words, and for how many milliseconds it has not moved; null when all move. To be asked every second or so.</summary>
    public (string Who, long StillMs)? Hanging
    {
        get
        {
            (string, long)? hanging = null;
            for (var i = 0; i < buses.Length; i++)
                if (buses[i].StillMs is var still && still >= Motion.HangsAfterMs)
                    hanging ??= (sessions[i].Device.Name, still);
            return hanging ?? Terminals?.Hanging;
        }
    }

    /// <summary>Devices whose own clock is off, judged by ours: only to be asked while that is trusted.</summary>
    public IEnumerable<Finding> ClocksOff()
    {
        foreach (var session in sessions)
            if (session.ClockAhead is { } ahead && ahead.Duration() > MostAhead)
                yield return new(FindingCode.DeviceClockOff, Subject.Device, session.Index, ahead.TotalSeconds);
    }

    /// <summary>One round of every device side by side: the accelerated demo's lock-step.</summary>
    public async Task RoundAsync(CancellationToken stop)
    {
        var rounds = new Task[sessions.Length + 1];
        for (var i = 0; i < sessions.Length; i++)
            rounds[i] = sessions[i].RoundAsync(stop).AsTask();
        rounds[^1] = Terminals?.RoundAsync(stop) ?? Task.CompletedTask;
        await Task.WhenAll(rounds);
    }

    public async Task ActAsync(CancellationToken stop)
    {
        var acts = new Task[sessions.Length];
        for (var i = 0; i < acts.Length; i++)
            acts[i] = sessions[i].ActAsync(stop).AsTask();
        await Task.WhenAll(acts);
    }

    private async Task LoopAsync(int index, TimeSpan period, CancellationToken stop)
    {
        var (session, bus, wake) = (sessions[index], buses[index], wakes[index]);
        var periodMs = (long)period.TotalMilliseconds;
        var nextRound = clock.UptimeMs;
        while (!stop.IsCancellationRequested)
        {
            bus.Move();
            var now = clock.UptimeMs;
            if (now >= nextRound)
            {
                await session.RoundAsync(stop);
                now = clock.UptimeMs;
                nextRound += periodMs * (1 + Math.Max(0, (now - nextRound) / periodMs)); // a slow round skips beats, it never queues them
            }
            else
                await session.ActAsync(stop);
            var wait = Math.Clamp(Math.Min(nextRound, session.NextProofMs) - clock.UptimeMs, 1, periodMs);
            await wake.WaitAsync(TimeSpan.FromMilliseconds(wait), stop);
        }
    }

    /// <summary>Hands the setpoints to the devices' Keepers; they stand until the lease ends.</summary>
    public void Approve(Setpoints setpoints, long leaseMs)
    {
        for (var i = 0; i < site.Batteries.Length; i++)
            Approve(site.Batteries[i].Device, setpoints.Batteries[i], leaseMs);
        for (var i = 0; i < site.EvChargers.Length; i++)
        {
            Approve(site.EvChargers[i].Device, ControlKind.EvCurrent, setpoints.EvChargers[i].Offer.Amperes, leaseMs);
            if (setpoints.EvChargers[i].Phases is { } phases)
                Approve(site.EvChargers[i].Device, ControlKind.EvPhases, phases, Math.Min(leaseMs, PhaseLeaseMs));
        }
        for (var i = 0; i < site.PvPlants.Length; i++)
            if (site.PvPlants[i].Curtailable)
                Approve(site.PvPlants[i].Device, ControlKind.PvLimit, OnTerminals(setpoints, i), leaseMs);
    }

    /// <summary>An inverter's limit acts on its AC terminals: where a battery hangs on the same inverter its setpoint belongs into it.</summary>
    private double? OnTerminals(Setpoints setpoints, int plant)
    {
        if (setpoints.PvPlants[plant].Limit is not { } limit)
            return null;
        var terminals = limit.Watts;
        for (var i = 0; i < site.Batteries.Length; i++)
            if (site.Batteries[i].Device == site.PvPlants[plant].Device)
                terminals += setpoints.Batteries[i].Discharge.Watts;
        return Math.Max(0, terminals);
    }

    private void Approve(int device, in BatterySetpoint battery, long leaseMs)
    {
        double? power = battery.IsAutomatic ? null : battery.Discharge.Watts;
        Wake(device, sessions[device].Approve(ControlKind.BatteryDischarge, power, leaseMs, battery.Native == BatteryMode.SelfConsume ? NativeKind.SelfConsume : null));
    }

    private void Approve(int device, ControlKind kind, double? target, long leaseMs) => Wake(device, sessions[device].Approve(kind, target, leaseMs));

    private void Wake(int device, bool isDue)
    {
        if (isDue && wakes[device].CurrentCount == 0)
            wakes[device].Release();
    }

    /// <summary>Hands every device back to its own automatic, side by side, so that a dead one does not use up the others' time; true when all took it and
    /// show it.</summary>
    public Task<bool> HandBackAsync(CancellationToken stop) => HandBackAsync(_ => true, stop);

    /// <summary>The same for some of the devices.</summary>
    public async Task<bool> HandBackAsync(Func<DeviceSession, bool> which, CancellationToken stop)
    {
        var released = await Task.WhenAll(sessions.Where(session => !session.Profile.Controls.IsEmpty && which(session)).Select(session => session.HandBackAsync(stop).AsTask()));
        return Array.TrueForAll(released, one => one);
    }

    /// <summary>Whether a site file gives somebody reason to write this control of this device.</summary>
    public static bool Steers(Site site, int device, ControlKind kind) => kind switch
    {
        ControlKind.BatteryDischarge => site.Batteries.Any(one => one.Device == device),
        ControlKind.EvCurrent or ControlKind.EvPhases => site.EvChargers.Any(one => one.Device == device),
        ControlKind.PvLimit => site.PvPlants.Any(one => one.Device == device && one.Curtailable),
        _ => false,
    };

    private double WattsPerAmpere(int device)
    {
        foreach (var charger in site.EvChargers)
            if (charger.Device == device)
                return site.Pcc.NominalVoltage.Volts * charger.Phases;
        return 1;
    }

    /// <summary>Every register that may be written, device by device, with its count.</summary>
    public ImmutableArray<RegisterUse> Uses
    {
        get
        {
            var uses = ImmutableArray.CreateBuilder<RegisterUse>();
            foreach (var session in sessions)
                uses.AddRange(session.Uses);
            return uses.DrainToImmutable();
        }
    }

    /// <summary>The process image of this moment.</summary>
    public ProcessImage Image() => senses.Take(clock.Now, clock.UptimeMs) with { Contacts = Terminals?.Readings ?? [] };

    public async ValueTask DisposeAsync()
    {
        if (Terminals is not null)
            await Terminals.DisposeAsync();
        foreach (var session in sessions)
            await session.DisposeAsync();
    }
}
