using System.Collections.Immutable;
using SmartEms.Edge.Adapters.Kernel;
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
    public string? StoreFailure => Store.Failure;

    /// <summary>What is written to the card; null where nothing is.</summary>
    public Wear? Wear { get; init; }
    public StoreState Store { get; init; } = new(null, 0, 0);

    /// <summary>Milliseconds from process start to the first complete image; null until there was one.</summary>
    public long? FirstImageMs { get; init; }

    /// <summary>How far Follow's intervals strayed from their period during the last minute, ms: 99 in 100 at most, and all at most.
    /// Null before there were any, and where time is simulated.</summary>
    public (double P99, double Most)? FollowStrayMs { get; init; }

    /// <summary>What is wired to this machine, beyond what the image holds.</summary>
    public TerminalsNow Terminals { get; init; } = TerminalsNow.None;

    /// <summary>Per device the longest request of the last minute, ms.</summary>
    public ImmutableArray<long> SlowestMs { get; init; } = [];

    /// <summary>Per device how far its own clock goes before this machine's; null where it shows none.</summary>
    public ImmutableArray<TimeSpan?> ClocksAhead { get; init; } = [];

    /// <summary>Per device why it does not answer, with the remedy where one is known; null while it does.</summary>
    public ImmutableArray<string?> Faults { get; init; } = [];

    /// <summary>The latest receipts, newest first.</summary>
    public ImmutableArray<Receipt> Receipts { get; init; } = [];
}
