using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>One value of one telemetry point; <paramref name="Point"/> is the store's number for "device/point".</summary>
public readonly record struct TelemetrySample(Instant At, int Point, double Value, Trust Trust, BadReason Reason);
