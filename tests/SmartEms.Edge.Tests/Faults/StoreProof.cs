using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>What must be true of a store of <see cref="FaultWriter"/> after a fault: it opens without a recovery, holds all that was acknowledged in one gap-free,
/// sound sequence, with all that was made durable before the last entry, and every transaction whole or not at all.</summary>
internal static class StoreProof
{
    private const int PageEntries = 256;
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    /// <summary>Opens and checks; gives the last number there.</summary>
    public static long AssertWhole(string path, long acknowledged, string when)
    {
        var said = new List<string>();
        SqliteStore store;
        try
        {
            store = StoreRecovery.Open(path, new(TimeProvider.System, said.Add));
        }
        catch (IOException failure)
        {
            throw new InvalidOperationException($"{when}: cannot be opened: {failure.Message}", failure);
        }

        using (store)
        {
            Assert.True(said.Count == 0, $"{when}: nothing was damaged, and yet: {string.Join("; ", said)}");
            var last = AssertLedger(store, path, acknowledged, when);
            AssertTelemetry(store, last, when);
            var through = (last - 1) / FaultWriter.EntriesPerCursor * FaultWriter.EntriesPerCursor;
            Assert.True(last < 1 || through == 0 || (store.Cursor("cloud") is { } place && place.Through >= through), $"{when}: the cursor before an entry is lost");
            Assert.True(last < 1 || through == 0 || store.Text(FaultWriter.Hash(FaultWriter.Text(through))) is not null, $"{when}: the text before an entry is lost");
            return last;
        }
    }

    /// <summary>After the recorder had to try again: all of 1 … <paramref name="total"/> is there, once, in the ledger and in every tier of telemetry.</summary>
    public static void AssertRecorded(string path, long total, string when)
    {
        using var store = StoreRecovery.Open(path, new(TimeProvider.System, words => Assert.Fail($"{when}: nothing was damaged, and yet: {words}")));
        Assert.True(AssertLedger(store, path, total, when) == total, $"{when}: more than {total}");
        Assert.True(store.Gaps(Always, Never).Count == 0, $"{when}: gaps of telemetry");
        var numbers = Enumerable.Range(1, (int)total).Select(n => (long)n);
        foreach (var point in store.Points())
        {
            Assert.True(numbers.SequenceEqual(Moments(store, point.Number)), $"{when}: samples of {point.Name} are missing or doubled");
            foreach (var tier in (TelemetryTier[])[TelemetryTier.Minute, TelemetryTier.Quarter])
                Assert.True(store.Read(point.Number, tier, Always, Never).Sum(row => row.Count) == total, $"{when}: {tier} rows of {point.Name} count samples twice or not");
        }
    }

    private static long AssertLedger(SqliteStore store, string path, long acknowledged, string when)
    {
        var verifier = new LedgerVerifier(DeviceKey.ReadPublic(Path.Combine(Path.GetDirectoryName(path)!, DeviceKey.PublicFileName)));
        var (number, sequence) = (0L, 0L);
        for (IReadOnlyList<LedgerEntry> page; (page = store.After(sequence, PageEntries)).Count > 0;)
            foreach (var entry in page)
            {
                Assert.True(entry.Sequence == sequence + 1, $"{when}: {entry.Sequence} follows {sequence}");
                sequence++;
                verifier.Look(entry);
                if (entry.Kind != LedgerKind.Cycle)
                    continue;
                Assert.True(entry.Body.AsSpan().SequenceEqual(FaultWriter.Body(++number)), $"{when}: the body of {number} is not its own");
            }

        Assert.True(number >= acknowledged, $"{when}: {acknowledged} was acknowledged, {number} is the last there");
        var verdict = verifier.Verdict();
        Assert.True(verdict.IsSound && verdict.Gaps.Count == 0, $"{when}: {string.Join("; ", verdict.Faults.Take(3).Select(f => $"{f.Sequence} {f.What}"))}, {verdict.Gaps.Count} gaps");
        return number;
    }

    private static void AssertTelemetry(SqliteStore store, long last, string when)
    {
        var gaps = store.Gaps(Always, Never);
        Assert.True(gaps.Count == 0, $"{when}: gaps of telemetry: {string.Join("; ", gaps)}");
        // The numbers of points become durable with the first batch, and every batch with the entry behind it.
        var due = Enumerable.Range(1, (int)Math.Max(0, (last - 1) / FaultWriter.EntriesPerBatch)).Select(n => (long)n * FaultWriter.EntriesPerBatch);
        var first = store.Points().Count < FaultWriter.Points ? [] : Moments(store, 1);
        Assert.True(due.SequenceEqual(first.Where(at => at < last)), $"{when}: a batch before entry {last} is missing: {string.Join(' ', first)}");
        if (first.Count > 0)
            Assert.True(first.SequenceEqual(Moments(store, FaultWriter.Points)), $"{when}: a batch is there in part");
    }

    private static List<long> Moments(SqliteStore store, int point) => [.. store.ReadTelemetry(point, Always, Never).Select(s => (long)s.Value)];
}
