using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Running;

/// <summary>What the daemon knows at one Follow step; screens and the local API read nothing else.</summary>
internal sealed record Snapshot(
    Instant At,
    ProcessImage Image,
    Decision? Decision,
    Setpoints? Setpoints,
    Envelope? Envelope,
    ImmutableArray<Finding> Findings)
{
    public long FollowSteps { get; init; }
    public long Cycles { get; init; }
    public TimeSpan Uptime { get; init; }
    public int LimitViolations { get; init; }
    public string? StoreFailure { get; init; }

    /// <summary>Milliseconds from process start to the first complete image; null until there was one.</summary>
    public long? FirstImageMs { get; init; }

    /// <summary>The latest receipts, newest first.</summary>
    public ImmutableArray<Receipt> Receipts { get; init; } = [];
}
