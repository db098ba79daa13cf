using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>One value of one telemetry point; <paramref name="Point"/> is the store's number for "device/point".</summary>
public readonly record struct TelemetrySample(Instant At, int Point, double Value, Trust Trust, BadReason Reason);

/// <summary>A stored entry of the ledger, in the gap-free order it was appended.</summary>
public sealed record LedgerEntry(long Sequence, Instant At, LedgerKind Kind, byte[] Body);

/// <summary>What a ledger entry holds.</summary>
public enum LedgerKind : byte
{
    Cycle = 1,
    Receipt,
    Finding,
    Configuration,
    Note,
}
