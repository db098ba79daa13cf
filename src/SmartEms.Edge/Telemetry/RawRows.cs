using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Telemetry;

/// <summary>Reads telemetry of a store that keeps samples only: the raw tier, and no gaps. Whatever is coarser is put together from the samples.</summary>
internal sealed class RawRows(Func<IReadOnlyList<TelemetryPoint>> points, Func<int, Instant, Instant, IEnumerable<TelemetrySample>> samples) : ITelemetryReader
{
    public IReadOnlyList<TelemetryPoint> Points() => points();

    public IEnumerable<TelemetryRow> Read(int point, TelemetryTier tier, Instant from, Instant to)
    {
        if (tier != TelemetryTier.Raw)
            yield break;
        foreach (var sample in samples(point, from, to))
            yield return new(sample.At, sample.Value, sample.Value, sample.Value, sample.Value, sample.Trust, 1);
    }

    public IReadOnlyList<TelemetryGap> Gaps(Instant from, Instant to) => [];
}
