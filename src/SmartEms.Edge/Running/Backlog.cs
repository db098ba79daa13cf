using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>A ledger entry on its way to the store.</summary>
internal sealed record PendingEntry(LedgerKind Kind, Instant At, byte[] Body)
{
    /// <summary>Completes true when the entry is durable, false when it is known that it is not yet.</summary>
    public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it costs in memory, about.</summary>
    public long Bytes => Body.Length + 160;
}

/// <summary>Telemetry of one Follow step on its way to the store; points are numbered by whoever took it, who can also name them.</summary>
internal sealed record PendingBatch(ReadOnlyMemory<TelemetrySample> Samples, Func<int, (string Name, string Unit)> NameOf)
{
    /// <summary>Called when nobody needs the samples any more; their memory may then be used again.</summary>
    public Action? Free { get; init; }

    public long Bytes => (Samples.Length * 32L) + 64;
}

/// <summary>What waits for the store, bounded in bytes: when the disk is slow or full the oldest telemetry goes first, ledger entries last.
/// Not thread-safe: the recorder's gate stands around it.</summary>
internal sealed class Backlog(long mostBytes)
{
    private readonly Queue<PendingEntry> entries = [];
    private readonly Queue<PendingBatch> batches = [];

    public long Bytes { get; private set; }

    /// <summary>What the recorder has in hand and may have to store again: it counts against the bound as what waits does.</summary>
    public long InHand { get; set; }
    public int Samples { get; private set; }

    /// <summary>At most half full.</summary>
    public bool IsEased => Bytes + InHand <= mostBytes / 2;
    public bool HasTelemetry => batches.Count > 0;

    /// <summary>What had to go since this was last taken away, or null.</summary>
    public Losses? Lost { get; private set; }

    /// <summary>All that ever had to go.</summary>
    public long LostEntries { get; private set; }
    public long LostSamples { get; private set; }

    public void Add(PendingEntry entry)
    {
        entries.Enqueue(entry);
        Bytes += entry.Bytes;
        MakeRoom();
    }

    public void Add(PendingBatch batch)
    {
        batches.Enqueue(batch);
        (Bytes, Samples) = (Bytes + batch.Bytes, Samples + batch.Samples.Length);
        MakeRoom();
    }

    /// <summary>The oldest entry, which now belongs to the caller; null when there is none.</summary>
    public PendingEntry? TakeEntry()
    {
        if (!entries.TryDequeue(out var entry))
            return null;
        Bytes -= entry.Bytes;
        return entry;
    }

    /// <summary>The oldest telemetry, which now belongs to the caller; null when there is none.</summary>
    public PendingBatch? TakeBatch()
    {
        if (!batches.TryDequeue(out var batch))
            return null;
        (Bytes, Samples) = (Bytes - batch.Bytes, Samples - batch.Samples.Length);
        return batch;
    }

    /// <summary>Moves the stamps of all telemetry that waits.</summary>
    public void Restamp(TimeSpan by)
    {
        foreach (var batch in batches)
            foreach (ref var sample in MemoryMarshal.AsMemory(batch.Samples).Span)
                sample = sample with { At = sample.At + by };
    }

    public Losses? TakeLost()
    {
        var lost = Lost;
        Lost = null;
        return lost;
    }

    /// <summary>Tells everybody who waits that it will take longer; the entries stay.</summary>
    public void ReleaseWaiters()
    {
        foreach (var entry in entries)
            entry.Done.TrySetResult(false);
    }

    private void MakeRoom()
    {
        while (Bytes + InHand > mostBytes && Bytes > 0)
        {
            if (TakeBatch() is { } batch)
            {
                LostSamples += batch.Samples.Length;
                Lost = (Lost ?? new()).With(batch);
                batch.Free?.Invoke();
            }
            else if (TakeEntry() is { } entry)
            {
                LostEntries++;
                Lost = (Lost ?? new()).With(entry);
                entry.Done.TrySetResult(false);
            }
        }
    }
}
