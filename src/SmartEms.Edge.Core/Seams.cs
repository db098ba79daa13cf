using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Core;

// The doors to the world: the field bus (IRegisterBus in Sensing, because finding a SunSpec map walks through it), the ledger (ILedger in Recording, because
// the outbox cursor walks over it), time (TimeProvider), and these.

/// <summary>The box's memory: an append-only ledger with a gap-free sequence, and telemetry. Failures are <see cref="IOException"/> with the remedy in words.</summary>
public interface IStore : IDisposable
{
    /// <summary>Appends and makes durable before returning; gives the sequence number.</summary>
    long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body);

    /// <summary>Appends all or none with one durable commit, and gives the last number.</summary>
    long AppendAll(ReadOnlySpan<LedgerDraft> entries);

    /// <summary>Appends telemetry as one transaction.</summary>
    void Append(ReadOnlySpan<TelemetrySample> samples);

    /// <summary>Puts right, all or none, the telemetry that a doubted clock stamped before it was set: what lies from <see cref="ClockStep.DoubtedSince"/> up to
    /// <see cref="ClockStep.Expected"/> is moved by <see cref="ClockStep.By"/>. Nothing happens for a clock that was not doubted.</summary>
    void Rebase(ClockStep step);

    /// <summary>The number of a telemetry point "device/point" with its unit, made when new; durable with its first samples.</summary>
    int PointNumber(string name, string unit);

    /// <summary>The last entry of a kind, or null.</summary>
    LedgerEntry? Last(LedgerKind kind);

    /// <summary>Entries of a kind with from ≤ At &lt; to, in sequence.</summary>
    IEnumerable<LedgerEntry> Read(LedgerKind kind, Instant from, Instant to);

    /// <summary>Keeps a text by its SHA-256 (site files, profiles), so that a record can always be thought again.</summary>
    void KeepText(string hash, string text);
    string? Text(string hash);
}

/// <summary>The service manager (systemd): told when we are ready, alive, and leaving.</summary>
public interface ISupervisorLink : IDisposable
{
    /// <summary>How often <see cref="Alive"/> must be said, or null when nobody listens.</summary>
    TimeSpan? WatchdogPeriod { get; }

    void Ready();
    void Alive();
    void Status(string words);
    void Stopping();
}

/// <summary>Looks into stored telemetry; safe beside the writing daemon.</summary>
public interface ITelemetryReader
{
    IReadOnlyList<TelemetryPoint> Points();

    /// <summary>Rows of a point with from ≤ At &lt; to, oldest first, streamed.</summary>
    IEnumerable<TelemetryRow> Read(int point, TelemetryTier tier, Instant from, Instant to);

    /// <summary>Known gaps that touch [from, to).</summary>
    IReadOnlyList<TelemetryGap> Gaps(Instant from, Instant to);
}

/// <summary>The link to the cloud, or to the broker of the house. One thread drives it, and only that thread; <see cref="Look"/> may be read by any.</summary>
public interface IUplink : IDisposable
{
    UplinkLook Look { get; }

    /// <summary>How many messages may be handed over now; 0 without a session.</summary>
    int Room { get; }

    /// <summary>Hands a message over and never waits: the number under which it is confirmed, or null when there is no room.</summary>
    int? Publish(in UplinkMessage message);

    /// <summary>Reads, writes, keeps alive and connects again; waits at most so long for something to come, and gives what happened.</summary>
    IReadOnlyList<UplinkEvent> Turn(TimeSpan most);

    /// <summary>Ends the session in order.</summary>
    void Leave();
}
