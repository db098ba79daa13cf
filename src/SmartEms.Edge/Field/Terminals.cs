using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Field;

/// <summary>The contacts, relays and sensors wired to this machine. A relay is energised only while somebody approves it, its flexible load (if it has one) may run,
/// no emergency stop is in force and the approval has not grown old; an emergency stop releases it at its edge, without waiting for the next step of Follow.</summary>
internal sealed class Terminals : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Counts are kept so often while they grow: what a crash can cost.</summary>
    private const long KeepMs = 60_000;

    private readonly Lock gate = new();
    private readonly SiteClock clock;
    private readonly ContactLine[] contacts;
    private readonly RelayLine[] relays;

    /// <summary>Each relay's flexible load, -1 = it has none and stands energised while all is well.</summary>
    private readonly int[] loadOf;
    private readonly SensorLine[] sensors;
    private readonly Motion looking;
    private readonly Motion measuring;
    private ImmutableArray<PulseMark>? kept;
    private long keptMs;
    private bool isApproved;
    private ImmutableArray<LoadSetpoint> loads = [];
    private long approvedUntilMs;
    private bool isOver;

    public Terminals(Site site, SiteClock clock, IGpio gpio, II2cBuses i2c)
    {
        (this.clock, looking, measuring) = (clock, new(clock), new(clock));
        contacts = [.. site.Contacts.Select(contact => new ContactLine(contact, (gpio, clock)) { Asserted = contact.Role == ContactRole.EmergencyStop ? Settle : null })];
        relays = [.. site.Relays.Select(relay => new RelayLine(relay, gpio, clock))];
        loadOf = [.. site.Relays.Select((_, i) => site.Loads.FirstOrDefault(load => load.Relay == i) is { } load ? site.Loads.IndexOf(load) : -1)];
        sensors = [.. site.Sensors.Select(sensor => new SensorLine(sensor, i2c, clock))];
    }

    /// <summary>Keeps the pulse counts where a restart finds them; completes when they are there.</summary>
    public Func<Instant, ImmutableArray<PulseMark>, Task> Keep { get; init; } = (_, _) => Task.CompletedTask;

    public IReadOnlyList<ContactLine> Contacts => contacts;
    public IReadOnlyList<RelayLine> Relays => relays;
    public IReadOnlyList<SensorLine> Sensors => sensors;

    /// <summary>The loop that hangs, and for how many milliseconds it has not moved; null when both move.</summary>
    public (string Who, long StillMs)? Hanging =>
        looking.StillMs is var contacts && contacts >= Motion.HangsAfterMs ? ("the contacts", contacts)
        : measuring.StillMs is var sensors && sensors >= Motion.HangsAfterMs ? ("the sensors", sensors) : null;

    /// <summary>In the order of the site's contacts.</summary>
    public ImmutableArray<ContactReadings> Readings
    {
        get
        {
            var readings = ImmutableArray.CreateBuilder<ContactReadings>(contacts.Length);
            foreach (var contact in contacts)
                readings.Add(contact.Readings);
            return readings.MoveToImmutable();
        }
    }

    /// <summary>Takes over what the pulse meters had counted before this run; nothing is kept before that.</summary>
    public void Adopt(ImmutableArray<PulseMark> marks)
    {
        foreach (var contact in contacts)
            contact.Adopt(CountOf(contact.Contact.Name, marks));
        kept = marks;
    }

    /// <summary>The counts as they were last kept, those of meters this site file does not name among them; null until <see cref="Adopt"/>.</summary>
    public ImmutableArray<PulseMark>? Marks => kept;

    /// <summary>What no process image shows: relays that cannot be set, sensors that cannot be read.</summary>
    public IEnumerable<Finding> Findings()
    {
        for (var i = 0; i < relays.Length; i++)
            if (relays[i].Trouble is not null)
                yield return new(FindingCode.RelayNotSet, Subject.Relay, i);
        for (var i = 0; i < sensors.Length; i++)
            if (sensors[i].Values.All(value => !value.Sample.IsGood && value.Sample.Quality.Reason != BadReason.NeverRead))
                yield return new(FindingCode.SensorUnknown, Subject.Sensor, i);
    }

    /// <summary>Whether the relays may stand energised at all, and which flexible loads may run, for so long from now.</summary>
    public void Approve(bool mayRun, ImmutableArray<LoadSetpoint> which, long leaseMs)
    {
        lock (gate)
        {
            (isApproved, loads, approvedUntilMs) = (mayRun, which, clock.UptimeMs + leaseMs);
            Settle();
        }
    }

    /// <summary>Looks at every contact and sets every relay anew, once a second until stopped. Sensors have a loop of their own: a stuck bus may take its time.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        // Before anybody takes a first image: a contact that merely has not been looked at would limit the site.
        foreach (var contact in contacts)
            contact.Look();
        return Task.WhenAll(EachPeriodAsync(LookAsync, stop), EachPeriodAsync(MeasureAsync, stop));
    }

    /// <summary>One look at everything.</summary>
    public async Task RoundAsync(CancellationToken stop)
    {
        await LookAsync(stop);
        await MeasureAsync(stop);
    }

    private async Task EachPeriodAsync(Func<CancellationToken, Task> act, CancellationToken stop)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Period, clock.Time);
        do
            await act(stop);
        while (await timer.WaitForNextTickAsync(stop));
    }

    private async Task LookAsync(CancellationToken stop)
    {
        looking.Move();
        foreach (var contact in contacts)
            contact.Look();
        Settle();
        if (clock.UptimeMs - keptMs >= KeepMs)
            await KeepCountsAsync();
    }

    private async Task MeasureAsync(CancellationToken stop)
    {
        measuring.Move();
        foreach (var sensor in sensors)
        {
            await sensor.ReadAsync(stop);
            measuring.Move();
        }
    }

    private void Settle()
    {
        lock (gate)
        {
            if (isOver)
                return;
            var mayRun = isApproved && clock.UptimeMs <= approvedUntilMs && !IsStopped();
            for (var i = 0; i < relays.Length; i++)
                relays[i].Set(mayRun && (loadOf[i] < 0 || (loadOf[i] < loads.Length && loads[loadOf[i]].MayRun)));
        }
    }

    private bool IsStopped()
    {
        foreach (var contact in contacts)
            if (contact.Contact.Role == ContactRole.EmergencyStop && Fallback.InForce(contact.Readings.Asserted))
                return true;
        return false;
    }

    private async Task KeepCountsAsync()
    {
        keptMs = clock.UptimeMs;
        if (kept is not { } before)
            return;
        // Marks of meters this site file does not have stay: a meter may come back.
        var now = before.RemoveAll(mark => Array.Exists(contacts, contact => contact.Contact.Name == mark.Name)).ToBuilder();
        var isChanged = false;
        foreach (var contact in contacts)
            if (contact is { Contact.Role: ContactRole.PulseMeter, Pulses: { } pulses })
            {
                now.Add(new(contact.Contact.Name, pulses));
                isChanged |= CountOf(contact.Contact.Name, before) != pulses;
            }
        if (!isChanged)
            return;
        kept = now.ToImmutable();
        await Keep(clock.Now, kept.Value);
    }

    private static long CountOf(string meter, ImmutableArray<PulseMark> marks)
    {
        foreach (var mark in marks)
            if (mark.Name == meter)
                return mark.Pulses;
        return 0;
    }

    /// <summary>Releases the relays, then keeps the last counts.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isOver = true;
            foreach (var relay in relays)
                relay.Dispose();
        }
        foreach (var contact in contacts)
            contact.Dispose();
        foreach (var sensor in sensors)
            sensor.Dispose();
        await KeepCountsAsync();
    }
}
