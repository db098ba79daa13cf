using System.Collections.Immutable;
using SmartEms.Edge.Adapters.I2c;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Field;

/// <summary>One I²C sensor and what it last measured, with its age. A bus that cannot be had is tried again.</summary>
internal sealed class SensorLine(Sensor sensor, II2cBuses buses, SiteClock clock) : IDisposable
{
    private const int MaxAgeMs = 5_000;

    private readonly Lock gate = new();
    private readonly I2cSensor model = SensorChip.Of(sensor);
    private II2cBus? bus;
    private ImmutableArray<SensorValue> values = SensorChip.Of(sensor).Bad(BadReason.NeverRead);
    private long readMs;
    private long nextTryMs = long.MinValue;
    private string? trouble;

    public Sensor Sensor => sensor;

    /// <summary>What is wrong with the bus and what to do, or null.</summary>
    public string? Trouble
    {
        get
        {
            lock (gate)
                return trouble;
        }
    }

    /// <summary>Names and units of what it measures.</summary>
    public ImmutableArray<(string Name, string Unit)> Measures => model.Measures;

    /// <summary>What it measured last, as old as it is.</summary>
    public ImmutableArray<SensorValue> Values
    {
        get
        {
            lock (gate)
            {
                var age = clock.UptimeMs - readMs;
                return [.. values.Select(value => value with { Sample = value.Sample.Aged(age, MaxAgeMs) })];
            }
        }
    }

    /// <summary>One reading; one caller at a time. Values that were known go on ageing when it fails.</summary>
    public async ValueTask ReadAsync(CancellationToken stop)
    {
        if (bus is null && clock.UptimeMs < nextTryMs)
            return;
        try
        {
            bus ??= buses.Open(sensor.Bus);
            Take(await SensorReader.ReadAsync(bus, model, clock.Time, stop));
        }
        catch (I2cException failure)
        {
            nextTryMs = clock.UptimeMs + ContactLine.RetryMs;
            lock (gate)
                (trouble, values) = ($"{failure.Message} — {failure.Remedy}", Kept(model.Bad(BadReason.Unreachable)));
        }
    }

    private void Take(ImmutableArray<SensorValue> read)
    {
        lock (gate)
        {
            trouble = null;
            if (!read.Any(value => value.Sample.IsKnown))
            {
                values = Kept(read);
                return;
            }
            (values, readMs) = (read, clock.UptimeMs);
        }
    }

    /// <summary>What is known as long as it is not too old, the failure's reason after that.</summary>
    private ImmutableArray<SensorValue> Kept(ImmutableArray<SensorValue> failed) =>
        values.Any(value => value.Sample.Aged(clock.UptimeMs - readMs, MaxAgeMs).IsKnown) ? values : failed;

    public void Dispose()
    {
        bus?.Dispose();
        bus = null;
    }
}
