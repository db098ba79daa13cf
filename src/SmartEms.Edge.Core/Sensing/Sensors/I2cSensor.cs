using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing.Sensors;

/// <summary>One transaction of a sensor's reading: what to write, how many bytes to read after it, and how long to wait before the next, in ms.</summary>
public readonly record struct I2cStep(ImmutableArray<byte> Write, int Read, int ThenWaitMs = 0);

/// <summary>A value of a sensor, in the base unit its name says.</summary>
public readonly record struct SensorValue(string Name, string Unit, Sample Sample);

/// <summary>A chip at an I²C address: how it is read, step by step, and what its bytes mean. Pure; somebody else carries the steps out.</summary>
public abstract class I2cSensor(byte address)
{
    public byte Address => address;

    /// <summary>The word for the model on the command line.</summary>
    public abstract string Kind { get; }

    /// <summary>The transactions of one reading, in order.</summary>
    public abstract ImmutableArray<I2cStep> Steps { get; }

    /// <summary>Names and units of what it measures.</summary>
    public abstract ImmutableArray<(string Name, string Unit)> Measures { get; }

    /// <summary>The values of one reading from the bytes of all steps, one after the other.</summary>
    public abstract ImmutableArray<SensorValue> Decode(ReadOnlySpan<byte> bytes);

    /// <summary>All values Bad, as after a transaction that failed.</summary>
    public ImmutableArray<SensorValue> Bad(BadReason reason) => [.. Measures.Select(measure => new SensorValue(measure.Name, measure.Unit, Sample.Bad(reason)))];

    /// <summary>How many bytes all steps give.</summary>
    public int ByteCount
    {
        get
        {
            var count = 0;
            foreach (var step in Steps)
                count += step.Read;
            return count;
        }
    }

    protected static SensorValue Good(string name, string unit, double value) => new(name, unit, new(value, Quality.Good()));
}
