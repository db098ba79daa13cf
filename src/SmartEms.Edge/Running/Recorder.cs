using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>The one owner of the store: everybody else hands it work and never waits for the disk. It has a thread of its own, because a commit that
/// takes seconds must not take one of the few threads control runs on. What fails is tried again on a store opened anew, in order and once.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    public const long DefaultQueueBytes = 8L << 20;

    /// <summary>So many are stored at once even before their time: an accelerated demo must not grow. More than 10 s of the largest site, because each
    /// commit writes whole pages: a quarter of this wore a card twice as fast.</summary>
    private const int MostSamples = 16_384;
    private static readonly TimeSpan TelemetryEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private readonly object gate = new();
    private readonly Backlog backlog;
    private readonly StoreKeeper keeper;
    private readonly TimeProvider time;
    private readonly ITimer alarm;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Owner thread only.
    private readonly TelemetryBasket basket = new();
    private readonly EntryBasket hand = new();
    private readonly StoreWrites writes = new();

    // Under the gate.
    private readonly StoreHealth health;
    private readonly Queue<ClockStep> steps = [];
    private long lastFlush;
    private long ledgerBytes;
    private long samplesStored;
    private bool isStopping;

    /// <param name="store">The open store, which the recorder owns from now on; null when it could not be opened yet.</param>
    /// <param name="reopen">Opens the same store anew after a failure, or throws <see cref="IOException"/>; null when that makes no sense.</param>
    public Recorder(IStore? store, TimeProvider time, Func<IStore>? reopen = null, long queueBytes = DefaultQueueBytes)
    {
        this.time = time;
        (backlog, keeper, health) = (new(queueBytes), new(store, reopen), new(time));
        lastFlush = time.GetTimestamp();
        alarm = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (store is null)
            health.Fail("the store is not open yet");
        new Thread(Live) { IsBackground = true, Name = "recorder" }.Start();
    }

    /// <summary>What is wrong with the store in words, or null while it works: its last failure, or that it is too slow.</summary>
    public string? Failure
    {
        get
        {
            lock (gate)
                return health.Complaint;
        }
    }

    public StoreState State
    {
        get
        {
            lock (gate)
                return new(health.Complaint, backlog.Bytes + backlog.InHand, Math.Round(health.SlowestMs, 1))
                {
                    DroppedEntries = backlog.LostEntries,
                    DroppedSamples = backlog.LostSamples,
                    Recycled = keeper.Recycled,
                    LedgerBytes = ledgerBytes,
                    TelemetrySamples = samplesStored,
                    LedgerWritten = writes.Ledger,
                    TelemetryWritten = writes.Telemetry,
                };
        }
    }

    /// <summary>Completes true when durable; false when the store fails or has no room: then the entry stays in memory and is stored as soon
    /// as the store works again, unless memory runs out before. The caller bounds its own wait.</summary>
    public Task<bool> AppendAsync(LedgerKind kind, Instant at, byte[] body)
    {
        var pending = new PendingEntry(kind, at, body);
        lock (gate)
        {
            if (isStopping || health.IsFailing)
                pending.Done.TrySetResult(false);
            if (!isStopping)
                backlog.Add(pending);
            Monitor.PulseAll(gate);
        }
        return pending.Done.Task;
    }

    /// <summary>Keeps telemetry; stored within 10 s.</summary>
    public void Telemetry(TelemetrySample[] batch, Func<int, (string Name, string Unit)> nameOf) => Telemetry(new PendingBatch(batch, nameOf));

    /// <summary>The same; the batch is freed when it is stored, or lost.</summary>
    public void Telemetry(PendingBatch batch)
    {
        if (batch.Samples.IsEmpty)
            return;
        lock (gate)
        {
            if (!isStopping)
                backlog.Add(batch);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Telemetry that a doubted clock stamped is moved by what the clock was off: what waits here at once, what is stored as soon as the store may be
    /// written.</summary>
    public void Rebase(ClockStep step)
    {
        lock (gate)
        {
            if (isStopping || step.DoubtedSince is null)
                return;
            backlog.Restamp(step.By);
            steps.Enqueue(step);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Reads from the store as it is now; may be called from any thread.</summary>
    /// <exception cref="IOException">The store failed, or is being opened anew.</exception>
    public T Look<T>(Func<IStore, T> at)
    {
        try
        {
            return at(keeper.Current ?? throw new IOException("The store is being opened anew after a failure."));
        }
        catch (ObjectDisposedException)
        {
            throw new IOException("The store is being opened anew after a failure.");
        }
    }

    private void Live()
    {
        try
        {
            while (TakeWork())
            {
                if (!hand.IsEmpty && Guarded(() => writes.ForLedger(() => hand.Store(keeper))))
                    StoredEntries();
                if (hand.IsEmpty && !basket.IsEmpty && Guarded(() => writes.ForTelemetry(() => basket.Store(keeper.Opened()))))
                    Stored();
                if (hand.IsEmpty && basket.IsEmpty && NextStep() is { } step && Guarded(() => writes.ForTelemetry(() => keeper.Opened().Rebase(step))))
                    Rebased();
            }
            keeper.Dispose();
        }
        finally
        {
            lock (gate)
                backlog.ReleaseWaiters();
            hand.ReleaseWaiters();
            ended.SetResult();
        }
    }

    /// <summary>Waits until there is something to store and the store may be tried; false at the end.</summary>
    private bool TakeWork()
    {
        lock (gate)
        {
            while (true)
            {
                var rest = health.Rest;
                if (rest <= TimeSpan.Zero || isStopping)
                {
                    if (hand.IsEmpty)
                        hand.Fill(backlog, GapNote());
                    TakeTelemetry();
                    backlog.InHand = HandBytes();
                    if (!hand.IsEmpty || !basket.IsEmpty || steps.Count > 0)
                        return !isStopping || !health.IsFailing;
                    if (isStopping)
                        return false;
                    rest = backlog.HasTelemetry ? TelemetryEvery - time.GetElapsedTime(lastFlush) : Timeout.InfiniteTimeSpan;
                }
                alarm.Change(rest == Timeout.InfiniteTimeSpan || rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                Monitor.Wait(gate);
            }
        }
    }

    /// <summary>A gap is noted once the store works again and the pressure is over: noting it while more is dropped would only press harder.</summary>
    private PendingEntry? GapNote() =>
        !health.IsFailing && (isStopping || backlog.IsEased) ? backlog.TakeLost()?.ToNote() : null;

    /// <summary>What is in hand was stamped before a step that waits here; what was handed in after it stays until the step is done with.</summary>
    private void TakeTelemetry()
    {
        if (!basket.IsEmpty || steps.Count > 0 || !(isStopping || backlog.Samples >= MostSamples || time.GetElapsedTime(lastFlush) >= TelemetryEvery))
            return;
        lastFlush = time.GetTimestamp();
        basket.Fill(backlog, MostSamples);
    }

    private long HandBytes() => hand.Bytes + basket.Bytes;

    private void StoredEntries()
    {
        var done = hand.Clear();
        lock (gate)
        {
            foreach (var one in done)
                ledgerBytes += one.Body.Length;
            backlog.InHand = HandBytes();
        }
        foreach (var one in done)
            one.Done.TrySetResult(true);
    }

    private void Stored()
    {
        lock (gate)
        {
            samplesStored += basket.Samples;
            basket.Clear();
            backlog.InHand = HandBytes();
        }
    }

    private ClockStep? NextStep()
    {
        lock (gate)
            return steps.TryPeek(out var step) ? step : null;
    }

    private void Rebased()
    {
        lock (gate)
            steps.Dequeue();
    }

    /// <summary>Does one piece of work on the store; true when it succeeded.</summary>
    private bool Guarded(Action act)
    {
        lock (gate)
            health.Begin();
        IOException? trouble = null;
        try
        {
            act();
        }
        catch (IOException caught)
        {
            trouble = caught;
        }
        lock (gate)
        {
            health.End(trouble);
            if (trouble is not null)
            {
                hand.ReleaseWaiters();
                backlog.ReleaseWaiters();
            }
        }
        if (trouble is not null)
        {
            // Not under the gate: to close a file on a sick disk may take long.
            keeper.Recycle();
            basket.ForgetNumbers();
        }
        return trouble is null;
    }

    private void Wake()
    {
        lock (gate)
            Monitor.PulseAll(gate);
    }

    /// <summary>Stores what is left if the store works, waits at most 10 s for it, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isStopping = true;
            Monitor.PulseAll(gate);
        }
        await Task.WhenAny(ended.Task, Task.Delay(Farewell, time));
        await alarm.DisposeAsync();
    }
}
