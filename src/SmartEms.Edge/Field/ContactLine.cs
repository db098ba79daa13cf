using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Field;

/// <summary>One contact at its line: looked at each second, told of edges where seconds are too slow. A line that cannot be had is tried again; until then
/// nobody knows what the contact says.</summary>
internal sealed class ContactLine(Contact contact, (IGpio Gpio, SiteClock Clock) around) : IDisposable
{
    /// <summary>Looks come once a second: two may be late before a level counts as old, and then it may tighten only.</summary>
    public const long FreshMs = 3_000;
    public const long KnownMs = 10_000;

    /// <summary>A line that was refused is asked for again after so long.</summary>
    public const long RetryMs = 5_000;

    /// <summary>IEC 62053-31 class A: pulse and pause last 30 ms each at least.</summary>
    private static readonly TimeSpan ShortestPulse = TimeSpan.FromMilliseconds(60);

    private readonly Lock gate = new();
    private readonly PulseMeter? meter = contact.Role == ContactRole.PulseMeter ? new(contact.PulsesPerKilowattHour, contact.ClosedLevel, ShortestPulse) : null;
    private readonly CancellationTokenSource ending = new();
    private IDigitalInputs? inputs;
    private PulseCount count;
    private long? before;
    private bool level;
    private long? seenMs;
    private long nextTryMs = long.MinValue;
    private string? trouble;

    public Contact Contact => contact;

    /// <summary>Called when an edge has brought a contact to say what its role stands for; from any thread.</summary>
    public Action? Asserted { get; init; }

    /// <summary>What is wrong with the line and what to do, or null.</summary>
    public string? Trouble
    {
        get
        {
            lock (gate)
                return trouble;
        }
    }

    /// <summary>Whole pulses since counting began; null until somebody has said what earlier runs had counted.</summary>
    public long? Pulses
    {
        get
        {
            lock (gate)
                return count.Pulses + before;
        }
    }

    /// <summary>Takes over what earlier runs had counted.</summary>
    public void Adopt(long pulses)
    {
        lock (gate)
            before = pulses;
    }

    /// <summary>What the contact says now.</summary>
    public ContactReadings Readings
    {
        get
        {
            lock (gate)
                return meter is null ? new() { Asserted = ContactLevels.Asserted(contact, new(level, QualityNow())) } : OfMeter(meter);
        }
    }

    /// <summary>Opens the line where it is not open, and reads its level.</summary>
    public void Look()
    {
        lock (gate)
        {
            var now = around.Clock.UptimeMs;
            try
            {
                if (inputs is null && now < nextTryMs)
                    return;
                if (inputs is null)
                    Open();
                (level, seenMs, trouble) = ((inputs!.Read() & 1) != 0, now, null);
            }
            catch (GpioException failure)
            {
                Lose(failure);
            }
        }
    }

    private void Open()
    {
        var chip = GpioSearch.Chip(around.Gpio.Chips(), contact.At.Chip);
        var offset = GpioSearch.Line(chip, around.Gpio.Lines(chip), contact.At.Line);
        var hasEdges = contact.Role is ContactRole.EmergencyStop or ContactRole.PulseMeter;
        inputs = around.Gpio.OpenInputs(chip, new([offset]) { Pull = contact.Pull, Debounce = contact.Debounce, WithEdges = hasEdges });
        // The kernel numbers edges anew and has seen none while nobody held the line: no distance reaches over that.
        count = count with { LastNs = null, GapNs = null, Sequence = 0 };
        if (hasEdges)
            _ = ListenAsync(inputs);
    }

    private async Task ListenAsync(IDigitalInputs of)
    {
        try
        {
            while (true)
                Take(await of.NextAsync(ending.Token).ConfigureAwait(false), of);
        }
        catch (OperationCanceledException)
        {
            // The daemon ends.
        }
        catch (GpioException failure)
        {
            lock (gate)
                if (inputs == of)
                    Lose(failure);
        }
    }

    private void Take(LineEdge edge, IDigitalInputs of)
    {
        bool isAsserted;
        lock (gate)
        {
            if (inputs != of)
                return;
            (level, seenMs) = (edge.IsRising, around.Clock.UptimeMs);
            count = meter?.Next(count, edge) ?? count;
            isAsserted = meter is null && ContactLevels.Asserted(contact, Reading.Good(level)).Value;
        }
        if (isAsserted)
            Asserted?.Invoke();
    }

    /// <summary>Call under the gate.</summary>
    private void Lose(GpioException failure)
    {
        inputs?.Dispose();
        inputs = null;
        trouble = $"{failure.Message} — {failure.Remedy}";
        nextTryMs = around.Clock.UptimeMs + RetryMs;
    }

    private Quality QualityNow()
    {
        if (inputs is null || seenMs is not { } seen)
            return Quality.Bad(trouble is null ? BadReason.NeverRead : BadReason.Unreachable);
        var age = around.Clock.UptimeMs - seen;
        return age <= FreshMs ? Quality.Good((int)age) : age <= KnownMs ? Quality.Uncertain((int)age) : Quality.Bad(BadReason.Expired);
    }

    /// <summary>A count stays true while its line is away, but pulses are missed: then it is old.</summary>
    private ContactReadings OfMeter(PulseMeter of)
    {
        var quality = QualityNow();
        if (before is not { } earlier)
            quality = Quality.Bad(BadReason.NeverRead);
        else if (quality.Trust == Trust.Bad && count.Pulses + earlier > 0)
            quality = Quality.Uncertain((int)Math.Min(around.Clock.UptimeMs - (seenMs ?? 0), int.MaxValue));
        return new()
        {
            Energy = quality.Trust == Trust.Bad ? Reading.Bad<Energy>(quality.Reason) : new(of.Energy(count with { Pulses = count.Pulses + before!.Value }), quality),
            Power = inputs is null ? Reading.Bad<Power>(trouble is null ? BadReason.NeverRead : BadReason.Unreachable) : of.Power(count, NowNs()),
        };
    }

    /// <summary>The kernel stamps edges with the monotonic clock this process measures with too.</summary>
    private long NowNs() => around.Clock.Time.GetElapsedTime(0).Ticks * 100;

    public void Dispose()
    {
        ending.Cancel();
        lock (gate)
        {
            inputs?.Dispose();
            inputs = null;
        }
        ending.Dispose();
    }
}
