using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tests.Recording.Columns;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>What every keeper of telemetry promises of its tiers.</summary>
public abstract class TelemetryContract : IDisposable
{
    protected static readonly Instant Always = new(long.MinValue);
    protected static readonly Instant Never = new(long.MaxValue);

    protected abstract IStore Store { get; }

    protected abstract ITelemetryReader Reader { get; }

    protected abstract void Note(TelemetryGap gap);

    public abstract void Dispose();

    [Fact]
    public void Rolled_up_rows_say_what_the_samples_say()
    {
        var point = Store.PointNumber("a/b", "W");
        Append(point, [(0, 1), (1_000, 3), (59_999, 2), (60_000, 7), (899_999, 9), (900_000, 4)]);
        Assert.Equal([new(new Instant(0), 1, 2, 3, 2, Trust.Good, 3), Row(60_000, 7), Row(840_000, 9), Row(900_000, 4)], Reader.Read(point, TelemetryTier.Minute, Always, Never));
        Assert.Equal([new(new Instant(0), 1, 4.4, 9, 9, Trust.Good, 5), Row(900_000, 4)], Reader.Read(point, TelemetryTier.Quarter, Always, Never).Select(Rounded));
        Assert.Equal([Row(900_000, 4)], Reader.Read(point, TelemetryTier.Raw, new Instant(900_000), new Instant(900_001)));
    }

    [Fact]
    public void A_stretch_belongs_where_it_begins()
    {
        var point = Store.PointNumber("a/b", "W");
        Append(point, [(0, 1), (59_000, 3), (60_000, 7), (120_000, 8)]);
        Assert.Equal([60_000, 120_000], Reader.Read(point, TelemetryTier.Minute, new Instant(1), new Instant(120_001)).Select(r => r.At.UnixMilliseconds));
        Assert.Equal(2, Assert.Single(Reader.Read(point, TelemetryTier.Minute, new Instant(0), new Instant(60_000))).Mean);
        Assert.Equal(4, Assert.Single(Reader.Read(point, TelemetryTier.Quarter, new Instant(0), new Instant(1))).Count);
        Assert.Empty(Reader.Read(point, TelemetryTier.Minute, new Instant(121_000), Never));
        Assert.Empty(Reader.Read(point + 1, TelemetryTier.Quarter, Always, Never));
    }

    [Fact]
    public void Samples_of_a_clock_set_back_are_kept()
    {
        var point = Store.PointNumber("a/b", "W");
        Append(point, [(2_000_000, 1), (2_001_000, 2)]);
        Append(point, [(500_000, 3)]);
        Append(point, [(1_000_000, 4), (2_000_500, 5)]);
        Append(point, [(3_000_000, 6)]);
        Assert.Equal([3.0, 4, 1, 5, 2, 6], Reader.Read(point, TelemetryTier.Raw, Always, Never).Select(r => r.Last));
        Assert.Equal([(480_000L, 1), (960_000, 1), (1_980_000, 3), (3_000_000, 1)], Reader.Read(point, TelemetryTier.Minute, Always, Never).Select(r => (r.At.UnixMilliseconds, r.Count)));
    }

    [Fact]
    public void Random_telemetry_reads_alike_in_every_tier()
    {
        for (var p = 1; p <= 32; p++)
            Store.PointNumber($"a/{p}", "W");
        var plain = new MemoryStore();
        for (var p = 1; p <= 32; p++)
            plain.PointNumber($"a/{p}", "W");
        foreach (var batch in Enumerable.Range(0, 12).SelectMany(RandomTelemetry.Batches))
        {
            Store.Append(batch);
            plain.Append(batch);
        }

        for (var p = 1; p <= 32; p++)
            foreach (var tier in Enum.GetValues<TelemetryTier>())
                Assert.Equal(plain.Read(p, tier, Always, Never).Select(r => (r.At, r.Worst)), Reader.Read(p, tier, Always, Never).Select(r => (r.At, r.Worst)));
    }

    [Fact]
    public void A_gap_is_told_to_whom_it_touches()
    {
        TelemetryGap gap = new(new Instant(100), new Instant(200), TelemetryTier.Raw, 5, "the queue was full");
        Note(gap);
        Assert.Equal([gap], Reader.Gaps(new Instant(199), new Instant(300)));
        Assert.Empty(Reader.Gaps(new Instant(200), new Instant(300)));
        Assert.Empty(Reader.Gaps(Always, new Instant(100)));
    }

    /// <summary>T3: a box that was on for hours, or days, before it learnt the time reads as one that always knew it; what a run before stored stays.</summary>
    [Theory]
    [InlineData(2, 3_200_711)]
    [InlineData(2, -1_900)]
    [InlineData(50, 3_200_711)]
    [InlineData(50, 1_000_000)]
    public void What_a_doubted_clock_stamped_is_moved(int hours, int bySeconds)
    {
        const long Hour = 3_600_000, Before = 2 * 24 * Hour, Since = 3 * 24 * Hour;
        var by = TimeSpan.FromSeconds(bySeconds);
        using MemoryStore right = new();
        var points = Enumerable.Range(1, 40).Select(number => Store.PointNumber($"a/{number}", "W")).ToArray();
        foreach (var number in points)
            right.PointNumber($"a/{number}", "W");
        void Stored(long from, TimeSpan off)
        {
            for (var at = from; at < from + (hours * Hour); at += 600_000)
                foreach (var (store, moved) in ((IStore, TimeSpan)[])[(Store, TimeSpan.Zero), (right, off)])
                    store.Append([.. Enumerable.Range(0, 60).SelectMany(i => (int[])[points[0], points[^1]], (i, point) =>
                        new TelemetrySample(new Instant(at + (i * 10_000)) + moved, point, (at / 600_000) + i + point, Trust.Good, BadReason.None))]);
        }

        Stored(Before - ((hours - 2) * Hour), TimeSpan.Zero);
        Stored(Since, by);
        ClockStep step = new(new Instant(Since + (hours * Hour)), new Instant(Since + (hours * Hour)) + by) { DoubtedSince = new(Since) };
        Store.Rebase(step with { DoubtedSince = null });
        Store.Rebase(step);
        foreach (var point in points)
            foreach (var tier in Enum.GetValues<TelemetryTier>())
                Assert.Equal(right.Read(point, tier, Always, Never).Select(Rounded), Reader.Read(point, tier, Always, Never).Select(Rounded));
    }

    protected void Append(int point, IEnumerable<(long At, double Value)> samples) =>
        Store.Append(samples.Select(s => new TelemetrySample(new Instant(s.At), point, s.Value, Trust.Good, BadReason.None)).ToArray());

    protected static TelemetryRow Row(long at, double value) => new(new Instant(at), value, value, value, value, Trust.Good, 1);

    protected static TelemetryRow Rounded(TelemetryRow row) => row with { Mean = Math.Round(row.Mean, 2) };
}

/// <summary>The store in memory keeps the contract.</summary>
public sealed class MemoryTelemetryTests : TelemetryContract
{
    private readonly MemoryStore _store = new();

    protected override IStore Store => _store;

    protected override ITelemetryReader Reader => _store;

    protected override void Note(TelemetryGap gap) => _store.Note(gap);

    public override void Dispose() => _store.Dispose();
}

/// <summary>The store in a file keeps the contract.</summary>
public sealed class SqliteTelemetryTests : TelemetryContract
{
    private readonly StoreFolder _folder = new();
    private readonly SqliteStore _store;

    public SqliteTelemetryTests() => _store = SqliteStore.Open(_folder.File);

    protected override IStore Store => _store;

    protected override ITelemetryReader Reader => _store;

    protected override void Note(TelemetryGap gap) => _store.Note(gap);

    public override void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}
