using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>How finely telemetry is kept: as read, or rolled up over a minute or a quarter-hour.</summary>
public enum TelemetryTier : byte
{
    Raw,
    Minute,
    Quarter,
}

/// <summary>One stored value of a point. In a rolled-up tier <paramref name="At"/> is the start of the stretch; in the raw tier all four values are the value
/// read. <paramref name="Worst"/> is the worst trust among the samples, <paramref name="Count"/> how many there were. Values in the point's unit.</summary>
public readonly record struct TelemetryRow(Instant At, double Min, double Mean, double Max, double Last, Trust Worst, int Count);

/// <summary>A stretch of telemetry that is known to be missing, and why: retention, a slow or full disk, damage.</summary>
public sealed record TelemetryGap(Instant From, Instant To, TelemetryTier Tier, long Samples, string Why);
