using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>Telemetry in its file: small, bounded, whole after a crash at any commit, salvaged after damage.</summary>
public sealed class TelemetryFileTests : IDisposable
{
    private const int Points = 40;
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_day_and_more_reads_alike_before_and_after_it_is_folded_and_reopened()
    {
        using (var store = Open())
        {
            // 5-second samples over a day and a half: the first day is folded, the second lies in pieces and segments.
            for (var batch = 0; batch < 36 * 360; batch++)
                Append(store, batch);
            AssertTold(store, 36 * 360);
            using var reader = SqliteStore.OpenReadOnly(_folder.File);
            AssertTold(reader, 36 * 360);
        }

        using var again = SqliteStore.Open(_folder.File);
        AssertTold(again, 36 * 360);
        // 1.5 days × 40 points × 17280 samples a day.
        Assert.InRange(new FileInfo(_folder.Telemetry).Length, 1, 36 * 360 * 2 * Points * 3);
    }

    [Fact]
    public void A_crash_at_any_commit_loses_no_sample_and_no_roll_up()
    {
        var random = new Random(77);
        using var image = new StoreFolder();
        using var store = Open();
        for (var batch = 0; batch < 600; batch++)
        {
            Append(store, batch);
            // Around a quarter-hour (90 batches) the group closes; elsewhere only a sample of the moments.
            if (batch % 90 > 2 && random.Next(25) > 0)
                continue;
            CopyTo(image);
            using var crashed = SqliteStore.Open(image.File);
            AssertTold(crashed, batch + 1);
            Append(crashed, batch + 1);
            AssertTold(crashed, batch + 2);
        }
    }

    [Fact]
    public void Beyond_its_budget_the_oldest_goes_and_leaves_a_gap()
    {
        using var store = SqliteStore.Open(_folder.File, new TelemetryBudgets(60_000, 20_000, 1_000_000));
        Number(store);
        for (var batch = 0; batch < 3 * 24 * 360; batch += 9)
            Append(store, batch);
        var gaps = store.Gaps(Always, Never);
        Assert.Equal([TelemetryTier.Raw, TelemetryTier.Minute], gaps.Select(g => g.Tier).Distinct().Order());
        foreach (var gap in gaps)
        {
            Assert.Equal("retention", gap.Why);
            var rows = store.Read(1, gap.Tier, Always, Never).ToList();
            Assert.True(rows[0].At >= gap.To, $"{gap.Tier}: {rows[0].At} is inside the gap to {gap.To}");
        }

        var raw = gaps.Single(g => g.Tier == TelemetryTier.Raw);
        var kept = Enumerable.Range(1, Points).Sum(p => store.ReadTelemetry(p, Always, Never).Count());
        Assert.InRange(raw.Samples + kept, 3 * 24 * 360 / 9 * 2 * Points, 3 * 24 * 360 / 9 * 2 * Points);
        Assert.Equal(3 * 24 * 4, store.Read(1, TelemetryTier.Quarter, Always, Never).Count());
    }

    [Fact]
    public void A_damaged_chunk_is_a_gap_and_the_rest_is_told()
    {
        using (var store = Open())
            for (var batch = 0; batch < 360; batch++)
                Append(store, batch);
        _folder.TelemetryShell("UPDATE chunks SET body = zeroblob(500) WHERE id = 3");
        using var again = SqliteStore.Open(_folder.File);
        Assert.Equal(540, again.ReadTelemetry(1, Always, Never).Count());
        Assert.Equal([("damage", 900_000L, 1_795_001L)], again.Gaps(Always, Never).Select(g => (g.Why, g.From.UnixMilliseconds, g.To.UnixMilliseconds)));
        Assert.Equal(60, again.Read(1, TelemetryTier.Minute, Always, Never).Count());
    }

    [Fact]
    public void A_file_that_is_damaged_is_moved_aside_and_salvaged_and_the_ledger_opens()
    {
        using (var store = Open())
        {
            store.Append(LedgerKind.Note, default, [7]);
            Append(store, 0);
        }

        var bytes = File.ReadAllBytes(_folder.Telemetry);
        File.WriteAllBytes(_folder.Telemetry, [.. new byte[100], .. bytes[100..]]);
        using var again = Open();
        Assert.Equal([7], again.Last(LedgerKind.Note)!.Body);
        Append(again, 1);
        AssertTold(again, 2);
        Assert.Empty(again.Gaps(Always, Never));
        Assert.Equal(bytes.Length, new FileInfo(_folder.Telemetry + ".damaged-1").Length);
    }

    [Fact]
    public void A_damaged_segment_costs_those_behind_it_in_its_group_and_leaves_a_gap()
    {
        using var image = new StoreFolder();
        using (var store = Open())
        {
            for (var batch = 0; batch < 40; batch++)
                Append(store, batch);
            CopyTo(image);
        }

        image.TelemetryShell("UPDATE segments SET body = substr(body, 1, length(body) - 1) WHERE id = 31");
        using var hurt = SqliteStore.Open(image.File);
        hurt.Append([new(new Instant(1_000_000), 1, 1, Trust.Good, BadReason.None)]);
        Assert.Equal(61, hurt.ReadTelemetry(1, Always, Never).Count());
        Assert.Equal([new(new Instant(300_000), new Instant(395_001), TelemetryTier.Raw, 20 * Points, "damage")], hurt.Gaps(Always, Never));
    }

    /// <summary>The files as a crash at this moment leaves them.</summary>
    private void CopyTo(StoreFolder image)
    {
        foreach (var (from, to) in new[] { (_folder.File, image.File), (_folder.Telemetry, image.Telemetry) })
        {
            File.Delete(to + "-shm");
            foreach (var suffix in new[] { "", "-wal" })
                if (File.Exists(from + suffix))
                    File.Copy(from + suffix, to + suffix, overwrite: true);
        }
    }

    private SqliteStore Open()
    {
        var store = SqliteStore.Open(_folder.File);
        Number(store);
        return store;
    }

    private static void Number(SqliteStore store)
    {
        for (var p = 1; p <= Points; p++)
            store.PointNumber($"device/{p}", "W");
    }

    /// <summary>Batch n holds two samples of each point, at 10 n and 10 n + 5 seconds.</summary>
    private static void Append(SqliteStore store, int batch)
    {
        var samples = new TelemetrySample[2 * Points];
        for (var i = 0; i < samples.Length; i++)
        {
            var at = (batch * 10_000L) + (i / Points * 5_000);
            samples[i] = new TelemetrySample(new Instant(at), 1 + (i % Points), Value(at, 1 + (i % Points)), Trust.Good, BadReason.None);
        }

        store.Append(samples);
    }

    private static double Value(long at, int point) => ((at / 5_000 * point % 997) + point) / 10.0;

    private static void AssertTold(SqliteStore store, int batches)
    {
        foreach (var point in new[] { 1, 33, Points })
        {
            var samples = store.ReadTelemetry(point, Always, Never).ToList();
            Assert.Equal(batches * 2, samples.Count);
            for (var i = 0; i < samples.Count; i++)
                Assert.Equal((i * 5_000L, Value(i * 5_000L, point)), (samples[i].At.UnixMilliseconds, samples[i].Value));
            foreach (var (tier, step) in new[] { (TelemetryTier.Minute, 60_000L), (TelemetryTier.Quarter, 900_000L) })
            {
                var rows = store.Read(point, tier, Always, Never).ToList();
                var expected = samples.GroupBy(s => s.At.UnixMilliseconds / step).Select(g =>
                    (g.Key * step, g.Min(s => s.Value), g.Max(s => s.Value), g.Last().Value, g.Count())).ToList();
                Assert.Equal(expected, rows.Select(r => (r.At.UnixMilliseconds, r.Min, r.Max, r.Last, r.Count)));
                var means = samples.GroupBy(s => s.At.UnixMilliseconds / step).Select(g => g.Average(s => s.Value));
                Assert.All(rows.Zip(means), pair => Assert.InRange(pair.First.Mean, pair.Second - 0.01, pair.Second + 0.01));
            }
        }
    }
}
