using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>What must be true of a store after a fault: it opens, holds all that was acknowledged in one gap-free sequence, and every transaction whole or not at all.</summary>
internal static class StoreProof
{
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    /// <summary>Opens and checks; gives the last number there.</summary>
    public static long AssertWhole(string path, long acknowledged, string when)
    {
        SqliteStore store;
        try
        {
            store = SqliteStore.Open(path);
        }
        catch (IOException failure)
        {
            throw new InvalidOperationException($"{when}: cannot be opened: {failure.Message}", failure);
        }

        using (store)
            return AssertWhole(store, acknowledged, when);
    }

    private static long AssertWhole(SqliteStore store, long acknowledged, string when)
    {
        var next = 1L;
        foreach (var entry in store.Read(LedgerKind.Cycle, Always, Never))
        {
            Assert.True(entry.Sequence == next, $"{when}: {entry.Sequence} follows {next - 1}");
            Assert.True(entry.Body.AsSpan().SequenceEqual(StoreChild.Body(next)), $"{when}: the body of {next} is not its own");
            next++;
        }

        Assert.True(next > acknowledged, $"{when}: {acknowledged} was acknowledged, {next - 1} is the last there");
        if (store.Points().Count < StoreChild.BatchSamples)
        {
            Assert.True(next == 1, $"{when}: entries without the points made before them");
            return 0;
        }

        var first = Moments(store, 1);
        Assert.True(first.SequenceEqual(Moments(store, StoreChild.BatchSamples)), $"{when}: a batch is there in part");
        // An entry that follows a batch makes the batch durable with it.
        var whole = Enumerable.Range(1, (int)Math.Max(0, (next - 2) / StoreChild.EntriesPerBatch)).Select(n => (long)n * StoreChild.EntriesPerBatch);
        Assert.True(whole.SequenceEqual(first.Where(at => at < next - 1)), $"{when}: a batch before an entry is missing");
        return next - 1;
    }

    private static List<long> Moments(SqliteStore store, int point) => [.. store.ReadTelemetry(point, Always, Never).Select(s => s.At.UnixMilliseconds)];
}
