using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Bench;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>What a day writes to the card, and what years may keep on it.</summary>
[Collection(FaultRun.Name)]
public sealed class WearFaults(ITestOutputHelper output)
{
    private const int Devices = 80;
    private const int Points = Devices * SiteDay.PointsPerDevice;
    private const int CycleBytes = 4_000;
    private const int ReceiptBytes = 150;

    /// <summary>The store's making is no part of a day.</summary>
    private const int WarmUpSeconds = 900;
    private static readonly Instant Start = Instant.From(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    /// <summary>800 points each second, a record each quarter-hour and a receipt each minute through the daemon's recorder, on a real disk; what the kernel
    /// says was sent to it (whole pages, journal of the file system not counted).</summary>
    [Fact]
    public async Task S12_a_day_writes_at_most_300_megabytes()
    {
        var minutes = Effort.Of(30, 24 * 60);
        using var folder = new StoreFolder();
        var time = new SimulatedTime(Start);
        var recorder = new Recorder(StoreRecovery.Open(folder.File, new(time, _ => { })), time);
        var (before, site, values, ledger) = (WrittenBytes(), new SiteDay(Devices, Effort.Seed % 1_000), new double[Points], 0L);
        for (var second = -WarmUpSeconds; second < minutes * 60; second++)
        {
            if (second == 0)
                (before, ledger) = (WrittenBytes(), 0);
            site.Next(values);
            recorder.Telemetry([.. values.Select((v, p) => new TelemetrySample(time.Now, p, v, Trust.Good, BadReason.None))], Name);
            foreach (var (every, kind, bytes) in ((int, LedgerKind, int)[])[(900, LedgerKind.Cycle, CycleBytes), (60, LedgerKind.Receipt, ReceiptBytes)])
                if (second % every == 0)
                {
                    Assert.True(await recorder.AppendAsync(kind, time.Now, Unlike(second + WarmUpSeconds, bytes)));
                    ledger += bytes;
                }
            time.Advance(TimeSpan.FromSeconds(1));
            // The recorder must keep the pace of simulated time, or it would store larger batches than it does in life.
            var spin = default(SpinWait);
            while ((second + WarmUpSeconds) % 10 == 9 && recorder.State.QueueBytes > Points * 32 * 3)
                spin.SpinOnce();
        }

        await recorder.DisposeAsync();
        var share = minutes / 1440.0;
        var telemetry = new FileInfo(folder.Telemetry).Length * (minutes * 60.0 / ((minutes * 60) + WarmUpSeconds));
        var (written, kept) = ((WrittenBytes() - before) / 1e6 / share, (telemetry + ledger) / 1e6 / share);
        var words = string.Create(CultureInfo.InvariantCulture, $"{written:0} MB written a day, {kept:0} MB kept: ×{written / kept:0.0}");
        output.WriteLine(words);
        Assert.Equal(0, recorder.State.DroppedSamples + recorder.State.DroppedEntries);
        Assert.InRange(written, 0, 300);
        Assert.InRange(written / kept, 0, 8);
        Evidence.Passed("S12", $"{minutes / 60.0:0.#} h simulated: {Points} points each second, a record of {CycleBytes} B each quarter-hour, a receipt of {ReceiptBytes} B each minute", minutes * 60, $"{words} (bound 300 MB, ×8)");
    }

    /// <summary>Years of telemetry under small budgets, while nobody acknowledges the ledger.</summary>
    [Fact]
    public void S11_years_keep_to_their_budget_and_nothing_goes_unsaid()
    {
        const int points = 32, stepMinutes = 5, stepsPerDay = 24 * 60 / stepMinutes, batchesPerDay = 4;
        var months = Effort.Of(3, 40);
        var budgets = new TelemetryBudgets(4_000_000, 2_000_000, 1_000_000);
        using var folder = StoreFolder.InMemory();
        using var store = SqliteStore.Open(folder.File, budgets);
        var numbers = Enumerable.Range(0, points).Select(p => store.PointNumber($"device/{p}", "W")).ToArray();
        var (days, most, log, dice) = ((int)(months * 30.44), 0L, 0L, Effort.Dice(11));
        for (var day = 0; day < days; day++)
        {
            for (var batch = 0; batch < batchesPerDay; batch++)
            {
                var first = ((day * batchesPerDay) + batch) * (stepsPerDay / batchesPerDay);
                store.Append([.. Enumerable.Range(first, stepsPerDay / batchesPerDay).SelectMany(step => numbers.Select(n =>
                    new TelemetrySample(new(Start.UnixMilliseconds + (step * stepMinutes * 60_000L)), n, dice.Below(4_000), Trust.Good, BadReason.None)))]);
            }

            store.AppendAll([new(LedgerKind.Cycle, new(Start.UnixMilliseconds + (day * 86_400_000L)), Unlike(day, 300))]);
            most = Math.Max(most, new FileInfo(folder.Telemetry).Length);
            log = Math.Max(log, new FileInfo(folder.Telemetry + "-wal").Length);
        }

        var budget = budgets.RawBytes + budgets.MinuteBytes + budgets.QuarterBytes;
        output.WriteLine($"{months} months: telemetry at most {most} B and its log {log} B, budget {budget} B; ledger {new FileInfo(folder.File).Length} B");
        foreach (var n in numbers)
            AssertAccounted(store, n, (long)days * stepsPerDay);
        Assert.Equal(Enumerable.Range(1, days).Select(s => (long)s), store.Read(LedgerKind.Cycle, Always, Never).Select(e => e.Sequence));
        // Budgets are bytes of the file; beyond them lies at most the day that is being folded.
        Assert.InRange(most, 0, budget * 102 / 100);
        Assert.InRange(log, 0, 16 << 20);
        Evidence.Passed("S11", $"{months} months of {points} points every {stepMinutes} min under budgets of {budget / 1000} kB; nobody acknowledges the ledger", days,
            string.Create(CultureInfo.InvariantCulture, $"telemetry file at most {most / 1000} kB (×{(double)most / budget:0.00} of its budget), its log {log / 1000} kB; every row there or in a gap record; none of {days} ledger entries deleted"));
    }

    private static void AssertAccounted(SqliteStore store, int point, long steps)
    {
        var gaps = store.Gaps(Always, Never);
        Assert.All(gaps, gap => Assert.Equal("retention", gap.Why));
        foreach (var (tier, rows, minutes) in ((TelemetryTier, long, int)[])[(TelemetryTier.Raw, steps, 5), (TelemetryTier.Minute, steps, 5), (TelemetryTier.Quarter, steps / 3, 15)])
        {
            var kept = store.Read(point, tier, Always, Never).Select(row => row.At.UnixMilliseconds).ToList();
            var due = Enumerable.Range(0, (int)rows).Select(i => Start.UnixMilliseconds + (i * minutes * 60_000L));
            var unsaid = due.Except(kept).Where(at => !gaps.Any(gap => gap.Tier == tier && gap.From.UnixMilliseconds <= at && at < gap.To.UnixMilliseconds)).ToList();
            Assert.True(unsaid.Count == 0, $"{tier}: {unsaid.Count} rows are gone and no gap says so");
        }
    }

    private static byte[] Unlike(int seed, int bytes)
    {
        var dice = new Dice((ulong)seed);
        return [.. Enumerable.Range(0, bytes).Select(_ => (byte)dice.Below(256))];
    }

    private static (string Name, string Unit) Name(int point) => ($"device{point / SiteDay.PointsPerDevice}/point{point % SiteDay.PointsPerDevice}", SiteDay.Units[point % SiteDay.PointsPerDevice]);

    private static long WrittenBytes() =>
        long.Parse(File.ReadLines("/proc/self/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal)).AsSpan(12), CultureInfo.InvariantCulture);
}
