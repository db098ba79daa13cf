using System.Text;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>Writes down what happens between two cycles: findings, alerts, receipts, steps of the clock. What is told here is told once.</summary>
internal sealed class Journal(Site site, Recorder recorder, Log log, TimeProvider realTime)
{
    /// <summary>So long at most the act waits for the line that says why: a tenth of a step. A disk that takes longer is told of, and not waited for.</summary>
    private static readonly TimeSpan DurableWithin = TimeSpan.FromMilliseconds(100);

    /// <summary>The first entries of a run are made while its store opens, before its clock is looked at.</summary>
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(5);

    private readonly ClockWatch watch = new();
    private Instant? doubtedSince;
    private bool isLooked;

    /// <summary>Completes when the findings are durable, or when control cannot wait any longer.</summary>
    public async ValueTask FindingsAsync(IReadOnlyList<FindingChange> changes, Instant at)
    {
        if (changes.Count == 0)
            return;
        var isSick = recorder.Failure is not null;
        Task last = Task.CompletedTask;
        foreach (var change in changes)
        {
            (change.IsRaised ? (Action<string>)log.Warning : log.Info)(change.Words);
            last = recorder.AppendAsync(LedgerKind.Finding, at, change.ToBytes()); // stored in order: with the last all are durable
        }
        if (!isSick)
            await Task.WhenAny(last, Task.Delay(DurableWithin, realTime));
    }

    /// <summary>The proof that grid constraints were kept, and how fast.</summary>
    public void Constraints(IReadOnlyList<ConstraintChange> changes, Instant at)
    {
        foreach (var change in changes)
        {
            log.Info($"constraint {change.Id} ({change.Limit.Watts:0} W{(change.IsAssumed ? ", assumed: its source cannot be read" : "")}) {change.Event.ToString().ToLowerInvariant()} after {change.AfterMs} ms");
            _ = recorder.AppendAsync(LedgerKind.Constraint, at, change.ToBytes());
        }
    }

    public void Alerts(AlertBook before, AlertBook after, Instant at)
    {
        foreach (var change in AlertChange.Between(before, after))
            _ = recorder.AppendAsync(LedgerKind.Alert, at, change.ToBytes());
    }

    public void Receipt(Receipt receipt)
    {
        _ = recorder.AppendAsync(LedgerKind.Receipt, receipt.At, ReceiptWire.ToBytes(receipt));
        if (receipt.State is ReceiptState.Failed or ReceiptState.NotApplied or ReceiptState.Reverted or ReceiptState.ForeignWriter)
            log.Warning($"{site.Devices[receipt.Device].Name}: {receipt.Kind} {receipt.Asked:0.#}: {receipt.State} {receipt.Note}");
    }

    public void Note(string words, Instant at)
    {
        log.Warning(words);
        _ = recorder.AppendAsync(LedgerKind.Note, at, Encoding.UTF8.GetBytes(words));
    }

    /// <summary>Looks whether the wall clock moved otherwise than monotonic time; told once per step.</summary>
    /// <param name="now">The wall clock.</param>
    /// <param name="uptimeMs">Monotonic milliseconds since the run began.</param>
    /// <param name="isTrusted">Whether the wall clock can be believed.</param>
    public void Clock(Instant now, long uptimeMs, bool isTrusted = true)
    {
        if (!isLooked && !isTrusted)
            doubtedSince = new Instant(now.UnixMilliseconds - uptimeMs - (long)Opening.TotalMilliseconds);
        isLooked = true;
        var stepped = watch.Look(now, uptimeMs);
        var since = doubtedSince;
        doubtedSince = isTrusted ? null : since + (stepped?.By ?? TimeSpan.Zero);
        if (stepped is not { } found)
            return;
        var step = found with { DoubtedSince = since };
        log.Warning($"the clock stepped by {step.By.TotalSeconds:0.0} s to {now}");
        _ = recorder.AppendAsync(LedgerKind.ClockStep, now, step.ToBytes());
        recorder.Rebase(step);
    }
}
