using System.Runtime.InteropServices;
using System.Threading.Channels;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>The one owner of the store: everybody else hands it work through a bounded queue and never waits for the disk longer than said.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    private const int QueueLength = 4096;

    /// <summary>So many are stored at once even before their time: an accelerated demo must not grow.</summary>
    private const int MostSamples = 2048;
    private static readonly TimeSpan TelemetryEvery = TimeSpan.FromSeconds(10);

    private readonly IStore store;
    private readonly TimeProvider time;
    private readonly Channel<Work> queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly List<TelemetrySample> samples = [];
    private readonly Dictionary<int, int> numbers = [];
    private readonly Task loop;
    private long lastFlush;

    public Recorder(IStore store, TimeProvider time)
    {
        (this.store, this.time) = (store, time);
        lastFlush = time.GetTimestamp();
        loop = Task.Run(RunAsync);
    }

    /// <summary>The last failure in words, or null while the store works.</summary>
    public string? Failure { get; private set; }

    /// <summary>Entries lost because the queue was full or the store failed.</summary>
    public long Dropped { get; private set; }

    /// <summary>Durable when the task completes true; false when the store failed. The caller bounds its own wait.</summary>
    public Task<bool> AppendAsync(LedgerKind kind, Instant at, byte[] body)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!queue.Writer.TryWrite(new(kind, at, body, done)))
        {
            Dropped++;
            done.SetResult(false);
        }
        return done.Task;
    }

    /// <summary>Keeps telemetry; stored within 10 s.</summary>
    public void Telemetry(TelemetrySample[] batch, TelemetryTap from)
    {
        if (batch.Length > 0 && !queue.Writer.TryWrite(new(default, default, null, null) { Samples = batch, From = from }))
            Dropped += batch.Length;
    }

    private async Task RunAsync()
    {
        await foreach (var work in queue.Reader.ReadAllAsync())
        {
            if (work is { Samples: { } batch, From: { } tap })
                foreach (var sample in batch)
                    samples.Add(sample with { Point = NumberOf(sample.Point, tap) });
            if (work.Body is { } body)
                Guarded(work, () => store.Append(work.Kind, work.At, body));
            if (samples.Count >= MostSamples || (samples.Count > 0 && time.GetElapsedTime(lastFlush) >= TelemetryEvery))
                Flush();
        }
        Flush();
    }

    /// <summary>The store's number of a point; the disk is asked once per point, here and not on the Follow path.</summary>
    private int NumberOf(int local, TelemetryTap tap)
    {
        if (numbers.TryGetValue(local, out var number))
            return number;
        Guarded(null, () =>
        {
            var (name, unit) = tap.NameOf(local);
            numbers[local] = store.PointNumber(name, unit);
        });
        return numbers.GetValueOrDefault(local, -1);
    }

    private void Flush()
    {
        lastFlush = time.GetTimestamp();
        samples.RemoveAll(sample => sample.Point < 0);
        if (samples.Count > 0)
            Guarded(null, () => store.Append(CollectionsMarshal.AsSpan(samples)));
        samples.Clear();
    }

    private void Guarded(Work? work, Action act)
    {
        try
        {
            act();
            Failure = null;
            work?.Done?.SetResult(true);
        }
        catch (IOException failure)
        {
            Failure = failure.Message;
            Dropped++;
            work?.Done?.SetResult(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.Complete();
        await loop;
    }

    private sealed record Work(LedgerKind Kind, Instant At, byte[]? Body, TaskCompletionSource<bool>? Done)
    {
        public TelemetrySample[]? Samples { get; init; }
        public TelemetryTap? From { get; init; }
    }
}
