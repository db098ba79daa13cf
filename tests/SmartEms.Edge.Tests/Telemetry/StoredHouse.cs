using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Telemetry;

/// <summary>Telemetry made by hand: rows by point and tier, and gaps.</summary>
internal sealed class StoredHouse : ITelemetryReader
{
    private readonly List<TelemetryPoint> points = [];
    private readonly Dictionary<(int Point, TelemetryTier Tier), IEnumerable<TelemetryRow>> rows = [];

    public List<TelemetryGap> Known { get; } = [];

    /// <summary>2026-11-20T13:00:00Z.</summary>
    public static Instant Start { get; } = Instant.From(new DateTimeOffset(2026, 11, 20, 13, 0, 0, TimeSpan.Zero));

    /// <summary>An hour of 10-second values of three points until 13:47, with an outage of the inverter.</summary>
    public static StoredHouse Afternoon()
    {
        var house = new StoredHouse();
        house.Add("meter1/grid_import_w", "W", Each(10, 282, i => 1000 + i));
        house.Add("inv1/soc", "%", Each(10, 282, i => 60 + (i / 100.0)).Where(row => Minutes(row.At) is < 20 or >= 30));
        house.Add("inv1/dc_power_w", "W", Each(10, 282, i => 5000 - i).Select(row => Minutes(row.At) is < 40 ? row : row with { Worst = Trust.Uncertain }));
        return house;
    }

    public int Add(string name, string unit, IEnumerable<TelemetryRow> raw, TelemetryTier tier = TelemetryTier.Raw)
    {
        var known = points.Find(point => point.Name == name && point.Unit == unit);
        if (known is null)
            points.Add(known = new(points.Count + 1, name, unit));
        rows[(known.Number, tier)] = raw;
        return known.Number;
    }

    /// <summary>So many raw rows, so many seconds apart, from <see cref="Start"/>.</summary>
    public static IEnumerable<TelemetryRow> Each(int seconds, int count, Func<int, double> value)
    {
        for (var i = 0; i < count; i++)
            yield return Raw(i * seconds, value(i));
    }

    /// <summary>A raw row so many seconds after <see cref="Start"/>.</summary>
    public static TelemetryRow Raw(double seconds, double value, Trust worst = Trust.Good) => new(Start + TimeSpan.FromSeconds(seconds), value, value, value, value, worst, 1);

    public IReadOnlyList<TelemetryPoint> Points() => points;

    public IEnumerable<TelemetryRow> Read(int point, TelemetryTier tier, Instant from, Instant to) =>
        rows.TryGetValue((point, tier), out var found) ? found.Where(row => row.At >= from && row.At < to) : [];

    public IReadOnlyList<TelemetryGap> Gaps(Instant from, Instant to) => [.. Known.Where(gap => gap.From < to && from < gap.To)];

    private static double Minutes(Instant at) => (at - Start).TotalMinutes;
}
