using System.Runtime.InteropServices;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>The telemetry the recorder has in hand: stored as one transaction, kept until that has worked.</summary>
internal sealed class TelemetryBasket
{
    private readonly Dictionary<int, int> numbers = [];
    private readonly List<PendingBatch> batches = [];
    private readonly List<TelemetrySample> numbered = [];
    private Func<int, (string Name, string Unit)>? names;
    private bool isDoubted;

    public bool IsEmpty => batches.Count == 0;
    public long Bytes { get; private set; }
    public int Samples { get; private set; }

    /// <summary>Takes the oldest batches until there are about so many samples.</summary>
    public void Fill(Backlog from, int samples)
    {
        while (Samples < samples && from.TakeBatch() is { } batch)
        {
            batches.Add(batch);
            (Bytes, Samples) = (Bytes + batch.Bytes, Samples + batch.Samples.Length);
        }
    }

    /// <summary>Stores what is in hand, once, even when an earlier attempt failed after the store had already taken it.</summary>
    /// <exception cref="IOException">The store failed; all is still in hand.</exception>
    public void Store(IStore store)
    {
        numbered.Clear();
        numbered.EnsureCapacity(Samples);
        foreach (var batch in batches)
            foreach (ref readonly var sample in batch.Samples.Span)
                numbered.Add(sample with { Point = NumberOf(store, sample.Point, batch.NameOf) });
        if (isDoubted && IsThere(store, numbered[^1]))
            return;
        isDoubted = true;
        store.Append(CollectionsMarshal.AsSpan(numbered));
    }

    /// <summary>What is in hand is stored whole or not at all, so one sample tells.</summary>
    private static bool IsThere(IStore store, TelemetrySample one)
    {
        if (store is not ITelemetryReader reader)
            return false;
        foreach (var row in reader.Read(one.Point, TelemetryTier.Raw, one.At, new(one.At.UnixMilliseconds + 1)))
            if (row.Last.Equals(one.Value))
                return true;
        return false;
    }

    public void Clear()
    {
        foreach (var batch in batches)
            batch.Free?.Invoke();
        batches.Clear();
        isDoubted = false;
        (Bytes, Samples) = (0, 0);
    }

    /// <summary>After the store was opened anew its numbers are asked for anew.</summary>
    public void ForgetNumbers() => numbers.Clear();

    /// <summary>The store's number of a point; the disk is asked once per point, here and not on the Follow path.</summary>
    private int NumberOf(IStore store, int local, Func<int, (string Name, string Unit)> nameOf)
    {
        if (!nameOf.Equals(names))
            numbers.Clear(); // another site file numbers its points in its own way
        names = nameOf;
        if (numbers.TryGetValue(local, out var number))
            return number;
        var (name, unit) = nameOf(local);
        return numbers[local] = store.PointNumber(name, unit);
    }
}
