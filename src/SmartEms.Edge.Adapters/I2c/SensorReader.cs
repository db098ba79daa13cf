using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Adapters.I2c;

/// <summary>Carries out a sensor's steps on a bus. The first transaction that fails ends the reading: all values are Bad with its reason, at once.</summary>
public static class SensorReader
{
    public static async ValueTask<ImmutableArray<SensorValue>> ReadAsync(II2cBus bus, I2cSensor sensor, TimeProvider time, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(sensor);
        var bytes = new byte[sensor.ByteCount];
        var at = 0;
        foreach (var step in sensor.Steps)
        {
            var reply = bus.Transfer(sensor.Address, step.Write.AsSpan(), bytes.AsSpan(at, step.Read));
            if (reply != I2cReply.Ok)
                return sensor.Bad(reply.Reason());
            at += step.Read;
            if (step.ThenWaitMs > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(step.ThenWaitMs), time, stop).ConfigureAwait(false);
        }
        return sensor.Decode(bytes);
    }
}
