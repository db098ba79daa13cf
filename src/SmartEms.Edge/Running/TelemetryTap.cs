using System.Collections.Concurrent;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Running;

/// <summary>Takes the samples worth storing: every numeric point of a device (but its clock's) that was read anew since the last look, every value of a sensor, and what the pulse
/// meters count.</summary>
internal sealed class TelemetryTap
{
    private const int MostSpare = 3;

    private readonly FieldLayer field;
    private readonly ConcurrentDictionary<int, (string Name, string Unit)> names = new();

    /// <summary>Per device and point the number in the batches, −1 where a point is not stored, and when it was last taken.</summary>
    private readonly int[][] numbers;
    private readonly long[][] takenMs;
    private readonly int[] sensorNumbers;
    private readonly int[] meterNumbers;
    private readonly Dictionary<int, double> counted = [];
    private readonly ConcurrentBag<Batch> spare = [];

    public TelemetryTap(FieldLayer field)
    {
        this.field = field;
        (numbers, takenMs) = (new int[field.Sessions.Count][], new long[field.Sessions.Count][]);
        foreach (var session in field.Sessions)
        {
            var points = session.Profile.Points;
            (numbers[session.Index], takenMs[session.Index]) = (new int[points.Length], new long[points.Length]);
            Array.Fill(takenMs[session.Index], long.MinValue);
            for (var i = 0; i < points.Length; i++)
                numbers[session.Index][i] = points[i].Type is RegisterType.Text or RegisterType.SunSsf || points[i].Priority == PointPriority.Once || session.Profile.Clock?.Uses(i) == true
                    ? -1
                    : Number($"{session.Device.Name}/{points[i].Name}", points[i].Unit);
        }
        sensorNumbers = [.. (field.Terminals?.Sensors ?? []).Select(sensor => Numbered(sensor.Measures, measure => ($"{sensor.Sensor.Name}/{measure.Name}", measure.Unit)))];
        meterNumbers = [.. (field.Terminals?.Contacts ?? []).Select(contact => contact.Contact.Role == ContactRole.PulseMeter
            ? Numbered([("power", "W"), ("energy", "Wh")], measure => ($"{contact.Contact.Name}/{measure.Item1}", measure.Item2))
            : -1)];
    }

    /// <summary>"device/point" and unit of a point number in the batches; asked from the recorder's thread.</summary>
    public (string Name, string Unit) NameOf(int number) => names[number];

    /// <summary>What is new, in memory that is used again once the batch is freed: a large plant would otherwise leave megabytes a second to be collected.</summary>
    public PendingBatch Take(Instant at)
    {
        if (!spare.TryTake(out var batch))
            batch = new();
        batch.Count = 0;
        foreach (var session in field.Sessions)
            session.Look((table, nowMs) =>
            {
                if (table is not null)
                    Take(session, table, nowMs, at, batch);
                return true;
            });
        Terminals(at, batch);
        return new(batch.Items.AsMemory(0, batch.Count), NameOf) { Free = () => Keep(batch) };
    }

    /// <summary>What a slow disk has piled up is not kept for ever.</summary>
    private void Keep(Batch batch)
    {
        if (spare.Count < MostSpare)
            spare.Add(batch);
    }

    private void Take(DeviceSession session, DeviceTable table, long nowMs, Instant at, Batch batch)
    {
        var (own, taken) = (numbers[session.Index], takenMs[session.Index]);
        for (var i = 0; i < own.Length; i++)
        {
            if (own[i] < 0)
                continue;
            var sample = table.Get(i, nowMs);
            var readMs = nowMs - sample.Quality.AgeMs;
            if (!sample.IsKnown || taken[i] == readMs)
                continue;
            taken[i] = readMs;
            batch.Add(new(at, own[i], sample.Value, sample.Quality.Trust, sample.Quality.Reason));
        }
    }

    private void Terminals(Instant at, Batch batch)
    {
        for (var s = 0; s < sensorNumbers.Length; s++)
        {
            var values = field.Terminals!.Sensors[s].Values;
            for (var i = 0; i < values.Length; i++)
                if (values[i].Sample is { IsKnown: true } sample)
                    batch.Add(new(at, sensorNumbers[s] + i, sample.Value, sample.Quality.Trust, sample.Quality.Reason));
        }
        for (var c = 0; c < meterNumbers.Length; c++)
            if (meterNumbers[c] >= 0)
                Meter(field.Terminals!.Contacts[c], meterNumbers[c], at, batch);
    }

    /// <summary>A pulse meter says something new only with a pulse.</summary>
    private void Meter(ContactLine meter, int number, Instant at, Batch batch)
    {
        var now = meter.Readings;
        if (!now.Energy.IsGood || (counted.TryGetValue(number, out var before) && before == now.Energy.Value.WattHours))
            return;
        counted[number] = now.Energy.Value.WattHours;
        if (now.Power.IsKnown)
            batch.Add(new(at, number, now.Power.Value.Watts, now.Power.Quality.Trust, now.Power.Quality.Reason));
        batch.Add(new(at, number + 1, now.Energy.Value.WattHours, now.Energy.Quality.Trust, now.Energy.Quality.Reason));
    }

    private int Number(string name, string unit)
    {
        var number = names.Count;
        names[number] = (name, unit);
        return number;
    }

    private int Numbered<T>(IReadOnlyList<T> measures, Func<T, (string Name, string Unit)> named)
    {
        var first = names.Count;
        foreach (var measure in measures)
        {
            var (name, unit) = named(measure);
            Number(name, unit);
        }
        return first;
    }

    /// <summary>Samples in memory that grows and is kept.</summary>
    private sealed class Batch
    {
        public TelemetrySample[] Items { get; private set; } = new TelemetrySample[16];
        public int Count { get; set; }

        public void Add(in TelemetrySample sample)
        {
            if (Count == Items.Length)
            {
                var larger = Items;
                Array.Resize(ref larger, Count * 2);
                Items = larger;
            }
            Items[Count++] = sample;
        }
    }
}
