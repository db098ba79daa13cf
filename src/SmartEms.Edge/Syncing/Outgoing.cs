using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Syncing;

/// <summary>What goes out during a session: the state, new entries at once, older ones between them and slower, and again what the receiver does not say it has.</summary>
internal sealed class Outgoing(UplinkerParts parts, UplinkTopics topics)
{
    /// <summary>Backlog messages per second: twice what a box may send live.</summary>
    public const double BacklogPerSecond = 4;
    private const double LivePerSecond = 20;

    /// <summary>Entries sent and not acknowledged before the backlog waits for the receiver.</summary>
    private const long MostUnacknowledged = 4_096;
    private const int TriesOfRefused = 3;
    private const long RefusedRestMs = 10_000;
    private const long KeepEveryMs = 30_000;
    private const long ShortestPatienceMs = 60_000;

    /// <summary>What is new is confirmed by the broker at once; the receiver is asked with the first message of the hour, or behind so many entries. A little less than an
    /// hour, so that it is every fourth quarter-hour.</summary>
    private const long AsksEveryMs = 55 * 60_000;
    private const long AsksBehindEntries = 1_000;
    private const long LongestPatienceMs = 6 * 3_600_000L;

    private readonly StoredLedger ledger = new(parts.Recorder);
    private readonly Pace live = new(LivePerSecond, LivePerSecond);
    private readonly Pace backlog = new(BacklogPerSecond, BacklogPerSecond);
    private readonly Dictionary<int, Sent> onTheirWay = [];
    private readonly Queue<Sent> refused = [];
    private OutboxPlan? plan;
    private (string Urgency, int Count)? told;
    private long telemetryMs;
    private long keptMs;
    private long patienceMs = ShortestPatienceMs;
    private (long Through, long AtMs) asked;
    private long heardMs;

    /// <summary>A batch, and how often it was refused.</summary>
    private sealed record Sent(OutboxBatch Batch, int Refusals, long DueMs);

    public bool IsLive => plan?.IsLive == true;
    public bool IsBusy => plan is { IsLive: false };
    public long Behind { get; private set; }
    public long AcknowledgedThrough => plan?.AcknowledgedThrough ?? 0;

    /// <summary>Messages that the broker refused for good.</summary>
    public long Refused { get; private set; }

    /// <summary>The store cannot be read; null while it can.</summary>
    public string? Trouble { get; private set; }

    private long NowMs => parts.Clock.UptimeMs;

    /// <summary>A session stands.</summary>
    public void Began()
    {
        Ended();
        told = null;
        (asked, heardMs) = (default, NowMs - AsksEveryMs);
        plan?.Begin();
    }

    public void Ended()
    {
        onTheirWay.Clear();
        refused.Clear();
    }

    public void Send()
    {
        try
        {
            if (plan is null)
            {
                plan = new(new OutboxCursor("cloud", ledger), ledger, LedgerText.TopicOf);
                plan.Begin();
            }
            State();
            Again();
            Entries(plan);
            Patience(plan);
            Telemetry();
            Behind = plan.Behind;
            Trouble = null;
        }
        catch (IOException failure)
        {
            Trouble = $"the ledger cannot be read: {failure.Message}";
        }
    }

    private void Entries(OutboxPlan from)
    {
        while (parts.Uplink.Room > 0 && live.TryTake(NowMs) && from.Live(NowMs) is { } batch)
            Post(new(batch, 0, 0), NowMs - heardMs >= AsksEveryMs || from.Unacknowledged >= AsksBehindEntries);
        while (!from.IsLive && parts.Uplink.Room > 1 && onTheirWay.Count < parts.Uplink.Room && MayGoOn(from) && backlog.TryTake(NowMs) && from.Backlog() is { } batch)
            Post(new(batch, 0, 0), wantsAck: true);
    }

    private static bool MayGoOn(OutboxPlan from) => from.BacklogSent - from.AcknowledgedThrough < MostUnacknowledged;

    /// <summary>One of the slower messages may go now.</summary>
    public bool TakesSlow => parts.Uplink.Room > 1 && backlog.TryTake(NowMs);

    /// <summary>Refused messages are tried again; what stays refused is told by its numbers alone, so that nothing behind it waits.</summary>
    private void Again()
    {
        if (!refused.TryPeek(out var first) || NowMs < first.DueMs || parts.Uplink.Room == 0)
            return;
        refused.Dequeue();
        if (first.Refusals < TriesOfRefused)
        {
            Post(first, wantsAck: true);
            return;
        }
        Refused++;
        parts.Log.Warning($"the broker refuses entries {first.Batch.From} to {first.Batch.To} for good; they stay on the box, and can be asked for");
        Post(first with { Batch = first.Batch with { Kind = LedgerKind.Note, Entries = [] }, Refusals = 0 }, wantsAck: true);
    }

    private void Post(Sent sent, bool wantsAck)
    {
        var topic = sent.Batch.Kind switch
        {
            LedgerKind.Summary => sent.Batch.IsDecisionAlone ? topics.Decision : topics.Summary,
            LedgerKind.Alert => topics.Alert,
            _ => topics.Event,
        };
        var number = parts.Uplink.Publish(Postage.Of(topic, LedgerText.Of(sent.Batch, parts.Site, wantsAck)));
        if (number is { } known)
            onTheirWay[known] = sent;
        if (wantsAck || number is null) // what was not taken is missed like what was lost
            asked = (Math.Max(asked.Through, sent.Batch.To), asked.Through > AcknowledgedThrough ? asked.AtMs : NowMs);
    }

    public void Answer(in UplinkMessage message) => parts.Uplink.Publish(message);

    public void Confirmed(int number, int reason)
    {
        if (onTheirWay.Remove(number, out var sent) && reason >= 128)
            refused.Enqueue(sent with { Refusals = sent.Refusals + 1, DueMs = NowMs + RefusedRestMs });
    }

    /// <summary>The receiver says what it has.</summary>
    public void Acknowledged(UplinkAck ack)
    {
        if (plan is null)
            return;
        try
        {
            var before = plan.AcknowledgedThrough;
            plan.Acknowledge(ack.Through, ack.Epoch);
            foreach (var (from, to) in ack.Missing)
                plan.Miss(from, to);
            if (plan.AcknowledgedThrough > before)
                (asked.AtMs, patienceMs) = (NowMs, ShortestPatienceMs);
            if (plan.AcknowledgedThrough >= asked.Through)
                heardMs = NowMs;
        }
        catch (IOException failure)
        {
            Trouble = $"the receiver's place cannot be kept: {failure.Message}";
        }
    }

    /// <summary>A receiver that was asked and says nothing may have lost what was sent; it is sent again, and each time later.</summary>
    private void Patience(OutboxPlan from)
    {
        if (asked.Through > from.AcknowledgedThrough && NowMs - asked.AtMs > patienceMs)
        {
            (asked, patienceMs) = (default, Math.Min(LongestPatienceMs, patienceMs * 2));
            from.Begin();
        }
        if (NowMs - keptMs < KeepEveryMs)
            return;
        keptMs = NowMs;
        from.Keep();
    }

    private void State()
    {
        if (parts.Latest() is not { } now || parts.Uplink.Room == 0)
            return;
        var worst = now.Findings.IsEmpty ? "none" : now.Findings.Max(finding => Catalogue.Entry(finding.Code).Urgency).ToString().ToLowerInvariant();
        if (told == (worst, now.Findings.Length))
            return;
        told = (worst, now.Findings.Length);
        var state = new BoxState(now.At, parts.Program, parts.Site.Name, worst, now.Findings.Length) { Head = ledger.Head.Sequence, Acknowledged = AcknowledgedThrough };
        parts.Uplink.Publish(new UplinkMessage(topics.State, NowText.State(state)) { Retain = true });
    }

    private void Telemetry()
    {
        if (parts.Link.TelemetryEvery <= TimeSpan.Zero || NowMs - telemetryMs < parts.Link.TelemetryEvery.TotalMilliseconds || parts.Uplink.Room == 0 || parts.Latest() is not { } now)
            return;
        telemetryMs = NowMs;
        parts.Uplink.Publish(new(topics.Telemetry, NowText.Telemetry(now.Image, parts.Site), 0));
    }
}
