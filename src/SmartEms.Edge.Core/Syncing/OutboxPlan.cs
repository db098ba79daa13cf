using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Core.Syncing;

/// <summary>Consecutive ledger entries that go out as one message: all of one topic, and in between such as nobody is sent. The receiver then has every number
/// from <paramref name="From"/> to <paramref name="To"/>.</summary>
public sealed record OutboxBatch(long From, long To, LedgerKind Kind, IReadOnlyList<LedgerEntry> Entries)
{
    public const int MostEntries = 32;

    /// <summary>About as much as one message should carry before it is pressed, bytes of ledger bodies.</summary>
    public const int UsualBytes = 4_096;

    /// <summary>A summary without the decision that comes with it, or a decision without the summary.</summary>
    public bool IsHalf => Entries is [{ Kind: LedgerKind.Summary or LedgerKind.Cycle }];

    /// <summary>Decisions, and no summary among them.</summary>
    public bool IsDecisionAlone => Entries.Count > 0 && Entries.All(entry => entry.Kind == LedgerKind.Cycle);

    /// <summary>The first message out of what follows a number; null where nothing of it is sent.</summary>
    /// <param name="after">What went before.</param>
    /// <param name="entries">What follows it in the ledger, in sequence.</param>
    /// <param name="topicOf">The kind under which a kind is sent; null = not at all.</param>
    public static OutboxBatch? First(long after, IReadOnlyList<LedgerEntry> entries, Func<LedgerKind, LedgerKind?> topicOf)
    {
        var (taken, to, bytes, kind) = (new List<LedgerEntry>(), after, 0, (LedgerKind?)null);
        foreach (var entry in entries)
        {
            var own = topicOf(entry.Kind);
            if (own is { } sent)
            {
                if ((kind is { } first && first != sent) || taken.Count == MostEntries || (taken.Count > 0 && bytes + entry.Body.Length > UsualBytes))
                    break;
                kind = sent;
                taken.Add(entry);
                bytes += entry.Body.Length;
            }
            to = entry.Sequence;
        }
        return kind is { } known ? new(after + 1, to, known, taken) : null;
    }
}

/// <summary>What is to be sent next, told by three numbers over the ledger: how far the receiver has everything, how far the backlog was read, and how far the live
/// end. A new entry goes out at once; what happened before the session goes out oldest first, between them and slower.</summary>
/// <param name="cursor">How far the receiver has everything; it moves only when the receiver says so.</param>
/// <param name="ledger">Where the entries lie.</param>
/// <param name="topicOf">The kind under which a kind is sent; null = not at all.</param>
public sealed class OutboxPlan(OutboxCursor cursor, ILedger ledger, Func<LedgerKind, LedgerKind?> topicOf)
{
    /// <summary>A decision is durable before it is acted upon, and the summary follows with the next step.</summary>
    public const long HalfWaitsMs = 3_000;

    /// <summary>Entries looked at in one read.</summary>
    private const int Page = 256;

    private readonly Queue<(long From, long To)> missing = [];
    private long backlogThrough;
    private long backlogEnd;
    private long liveThrough;
    private long lookedThrough;
    private (long From, long SinceMs) half;

    /// <summary>Nothing of before the session is left to be sent.</summary>
    public bool IsLive => backlogThrough >= backlogEnd && missing.Count == 0;

    /// <summary>What the receiver does not have yet, in numbers of the ledger.</summary>
    public long Behind => Math.Max(0, ledger.Head.Sequence - cursor.AcknowledgedThrough);

    /// <summary>Of the backlog, how far it was sent.</summary>
    public long BacklogSent => backlogThrough;

    public long AcknowledgedThrough => cursor.AcknowledgedThrough;

    /// <summary>Everything up to here was handed over since the plan began.</summary>
    private long Sent => backlogThrough >= backlogEnd ? liveThrough : backlogThrough;

    /// <summary>A session stands, or the receiver does not answer: everything it did not acknowledge is sent again, oldest first.</summary>
    public void Begin()
    {
        backlogThrough = cursor.AcknowledgedThrough;
        backlogEnd = liveThrough = ledger.Head.Sequence;
        missing.Clear();
    }

    /// <summary>Entries handed over that the receiver has not said it has.</summary>
    public long Unacknowledged => Math.Max(0, Sent - cursor.AcknowledgedThrough);

    /// <summary>The next message of what has just happened, or null. Summary and decision of a quarter-hour come a moment apart: the first waits for the second, so that one
    /// message carries both, and no longer than <see cref="HalfWaitsMs"/>.</summary>
    /// <param name="nowMs">Monotonic, ms.</param>
    public OutboxBatch? Live(long nowMs)
    {
        var head = ledger.Head.Sequence;
        if (head <= Math.Max(liveThrough, lookedThrough))
            return null;
        var batch = Next(liveThrough, long.MaxValue);
        if (batch is { IsHalf: true } && batch.To == head && Waits(batch, nowMs))
            return null;
        if (batch is not null)
            liveThrough = batch.To;
        else
            lookedThrough = head; // nothing of it is sent: not worth another look before more comes
        return batch;
    }

    private bool Waits(OutboxBatch batch, long nowMs)
    {
        if (half.From != batch.From)
            half = (batch.From, nowMs);
        return nowMs - half.SinceMs < HalfWaitsMs;
    }

    /// <summary>The next message of what happened before, oldest first, or null.</summary>
    public OutboxBatch? Backlog()
    {
        while (missing.TryPeek(out var hole))
        {
            var again = Next(hole.From - 1, hole.To);
            missing.Dequeue();
            if (again is null)
                continue;
            Requeue(again.To + 1, hole.To);
            return again;
        }
        if (backlogThrough >= backlogEnd)
            return null;
        var batch = Next(backlogThrough, backlogEnd);
        backlogThrough = batch?.To ?? backlogEnd;
        return batch;
    }

    /// <summary>The receiver has everything up to a number; beyond what was sent it is not believed, for then it is sent, and it may say so again. One that begins a new
    /// life (an epoch we do not know) says where it begins.</summary>
    public void Acknowledge(long through, long epoch)
    {
        var known = Math.Clamp(through, 0, Math.Max(Sent, cursor.AcknowledgedThrough));
        if (epoch > cursor.Epoch)
        {
            var isFirst = cursor.Epoch == 0 && cursor.AcknowledgedThrough == 0;
            cursor.Begin(epoch, known);
            if (!isFirst)
                Begin();
            return;
        }
        if (epoch == cursor.Epoch)
            cursor.Acknowledge(known);
    }

    /// <summary>The receiver misses a stretch although it has later ones; what it asks for beyond what there is, or beyond reason, is not heard.</summary>
    public void Miss(long from, long to)
    {
        const int mostHoles = 64;
        if (from > 0 && to >= from && from <= ledger.Head.Sequence && missing.Count < mostHoles)
            Requeue(from, Math.Min(to, ledger.Head.Sequence));
    }

    /// <summary>Makes the cursor durable.</summary>
    public void Keep() => cursor.Flush();

    private void Requeue(long from, long to)
    {
        if (from <= to)
            missing.Enqueue((from, to));
    }

    /// <summary>The first message behind a number and not beyond another. Where nothing up to there is sent, that alone is no message.</summary>
    private OutboxBatch? Next(long after, long end)
    {
        var page = ledger.After(after, Page);
        var within = new List<LedgerEntry>(page.Count);
        foreach (var entry in page)
            if (entry.Sequence <= end)
                within.Add(entry);
        if (OutboxBatch.First(after, within, topicOf) is { } batch)
            return batch;
        // A whole page that nobody is sent: the receiver is told that it has it, and the next is looked at.
        return within.Count > 0 && (within.Count == Page || within[^1].Sequence == end) ? new(after + 1, within[^1].Sequence, LedgerKind.Note, []) : null;
    }
}
