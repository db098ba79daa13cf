using System.Collections.Concurrent;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Running;

/// <summary>Takes the samples worth storing off the devices: every numeric point that was read anew since the last look.</summary>
internal sealed class TelemetryTap(FieldLayer field)
{
    private readonly Dictionary<(int Device, int Point), int> numbers = [];
    private readonly Dictionary<(int Device, int Point), long> lastReadMs = [];
    private readonly ConcurrentDictionary<int, (string Name, string Unit)> names = new();

    /// <summary>"device/point" and unit of a point number in the batches; asked from the recorder's thread.</summary>
    public (string Name, string Unit) NameOf(int number) => names[number];

    public TelemetrySample[] Take(Instant at)
    {
        var batch = new List<TelemetrySample>();
        foreach (var session in field.Sessions)
            session.Look((table, nowMs) =>
            {
                if (table is not null)
                    Take(session, table, nowMs, at, batch);
                return true;
            });
        return [.. batch];
    }

    private void Take(DeviceSession session, DeviceTable table, long nowMs, Instant at, List<TelemetrySample> batch)
    {
        var points = session.Profile.Points;
        for (var i = 0; i < points.Length; i++)
        {
            if (points[i].Type is RegisterType.Text or RegisterType.SunSsf || points[i].Priority == PointPriority.Once)
                continue;
            var sample = table.Get(i, nowMs);
            var readMs = nowMs - sample.Quality.AgeMs;
            if (!sample.IsKnown || (lastReadMs.TryGetValue((session.Index, i), out var last) && last == readMs))
                continue;
            lastReadMs[(session.Index, i)] = readMs;
            batch.Add(new(at, NumberOf(session, i), sample.Value, sample.Quality.Trust, sample.Quality.Reason));
        }
    }

    private int NumberOf(DeviceSession session, int point)
    {
        if (!numbers.TryGetValue((session.Index, point), out var number))
        {
            number = numbers.Count;
            names[number] = ($"{session.Device.Name}/{session.Profile.Points[point].Name}", session.Profile.Points[point].Unit);
            numbers[(session.Index, point)] = number;
        }
        return number;
    }
}
