using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>What every store promises, whatever keeps it.</summary>
public abstract class StoreContract : IDisposable
{
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    protected abstract IStore Store { get; }

    protected abstract IEnumerable<TelemetrySample> Telemetry(int point, Instant from, Instant to);

    protected abstract IReadOnlyList<TelemetryPoint> Points();

    public abstract void Dispose();

    [Fact]
    public void Sequence_counts_all_kinds_from_one_without_a_gap()
    {
        var numbers = Enum.GetValues<LedgerKind>().Concat(Enum.GetValues<LedgerKind>()).Select(k => Store.Append(k, new Instant(7), [1])).ToArray();
        Assert.Equal(Enumerable.Range(1, 2 * Enum.GetValues<LedgerKind>().Length).Select(n => (long)n), numbers);
    }

    [Fact]
    public void An_entry_comes_back_as_it_went_in()
    {
        byte[] body = [0, 255, 0, 7];
        var sequence = Store.Append(LedgerKind.Note, new Instant(-5), body);
        body[0] = 99;
        var entry = Store.Last(LedgerKind.Note)!;
        Assert.Equal((sequence, new Instant(-5), LedgerKind.Note), (entry.Sequence, entry.At, entry.Kind));
        Assert.Equal([0, 255, 0, 7], entry.Body);
        entry.Body[1] = 1;
        Assert.Equal([0, 255, 0, 7], Store.Last(LedgerKind.Note)!.Body);
    }

    [Fact]
    public void An_empty_and_a_large_body_are_kept()
    {
        Store.Append(LedgerKind.Cycle, default, []);
        Assert.Empty(Store.Last(LedgerKind.Cycle)!.Body);
        var large = new byte[3_000_000];
        new Random(4).NextBytes(large);
        Store.Append(LedgerKind.Cycle, default, large);
        Assert.Equal(large, Store.Last(LedgerKind.Cycle)!.Body);
    }

    [Fact]
    public void Last_is_the_last_appended_of_its_kind_not_the_latest_moment()
    {
        Assert.Null(Store.Last(LedgerKind.Cycle));
        Store.Append(LedgerKind.Cycle, new Instant(100), [1]);
        Store.Append(LedgerKind.Cycle, new Instant(50), [2]);
        Store.Append(LedgerKind.Note, new Instant(200), [3]);
        Assert.Equal([2], Store.Last(LedgerKind.Cycle)!.Body);
        Assert.Null(Store.Last(LedgerKind.Finding));
    }

    [Fact]
    public void Read_takes_from_and_leaves_to_in_sequence()
    {
        foreach (var at in new[] { 10, 30, 20, 40, 20 })
            Store.Append(LedgerKind.Receipt, new Instant(at), [(byte)at]);
        Store.Append(LedgerKind.Note, new Instant(20), [0]);
        Assert.Equal([2L, 3L, 5L], Store.Read(LedgerKind.Receipt, new Instant(20), new Instant(40)).Select(e => e.Sequence));
        Assert.Empty(Store.Read(LedgerKind.Receipt, new Instant(20), new Instant(20)));
        Assert.Equal(5, Store.Read(LedgerKind.Receipt, Always, Never).Count());
    }

    [Fact]
    public void Read_streams_many_entries_and_appending_meanwhile_is_allowed()
    {
        for (var i = 0; i < 300; i++)
            Store.Append(i % 3 == 0 ? LedgerKind.Note : LedgerKind.Cycle, new Instant(i), BitConverter.GetBytes(i));
        var seen = new List<long>();
        foreach (var entry in Store.Read(LedgerKind.Cycle, new Instant(0), new Instant(300)))
        {
            seen.Add(entry.Sequence);
            Store.Append(LedgerKind.Cycle, new Instant(1000), [1]);
        }

        Assert.Equal(Enumerable.Range(0, 300).Where(i => i % 3 != 0).Select(i => i + 1L), seen);
    }

    [Fact]
    public void A_point_has_one_number_and_another_unit_is_another_point()
    {
        var power = Store.PointNumber("meter/grid_import", "W");
        Assert.Equal(1, power);
        Assert.Equal(2, Store.PointNumber("battery/soc", "%"));
        Assert.Equal(power, Store.PointNumber("meter/grid_import", "W"));
        Assert.Equal(3, Store.PointNumber("meter/grid_import", "kW"));
        Assert.Equal([new(1, "meter/grid_import", "W"), new(2, "battery/soc", "%"), new(3, "meter/grid_import", "kW")], Points());
    }

    [Fact]
    public void Samples_come_back_in_time_order_with_their_marks()
    {
        var point = Store.PointNumber("a/b", "W");
        var other = Store.PointNumber("a/c", "");
        TelemetrySample[] samples =
        [
            new(new Instant(30), point, -1.5, Trust.Good, BadReason.None),
            new(new Instant(10), point, double.NaN, Trust.Bad, BadReason.NotInstalled),
            new(new Instant(20), point, 1e300, Trust.Uncertain, BadReason.None),
            new(new Instant(20), other, 4, Trust.Bad, BadReason.NeverRead),
        ];
        Store.Append(samples);
        Assert.Equal([samples[1], samples[2], samples[0]], Telemetry(point, Always, Never));
        Assert.Equal([samples[1], samples[2]], Telemetry(point, new Instant(10), new Instant(30)));
        Assert.Equal([samples[3]], Telemetry(other, Always, Never));
        Assert.Empty(Telemetry(99, Always, Never));
    }

    [Fact]
    public void Each_trust_and_reason_survives()
    {
        var point = Store.PointNumber("a/b", "W");
        var samples = (from trust in Enum.GetValues<Trust>() from reason in Enum.GetValues<BadReason>() select (trust, reason))
            .Select((m, i) => new TelemetrySample(new Instant(i), point, i, m.trust, m.reason)).ToArray();
        Store.Append(samples);
        Assert.Equal(samples, Telemetry(point, Always, Never));
    }

    [Fact]
    public void A_second_sample_of_one_moment_replaces_the_first()
    {
        var point = Store.PointNumber("a/b", "W");
        Store.Append([new(new Instant(1), point, 1, Trust.Good, BadReason.None), new(new Instant(1), point, 2, Trust.Good, BadReason.None)]);
        Store.Append([new(new Instant(1), point, 3, Trust.Uncertain, BadReason.None)]);
        Assert.Equal([new(new Instant(1), point, 3, Trust.Uncertain, BadReason.None)], Telemetry(point, Always, Never));
    }

    [Fact]
    public void More_samples_than_a_page_come_back_whole()
    {
        var point = Store.PointNumber("a/b", "W");
        Store.Append(Enumerable.Range(0, 9000).Select(i => new TelemetrySample(new Instant(i), point, i, Trust.Good, BadReason.None)).ToArray());
        Assert.Equal(Enumerable.Range(0, 9000).Select(i => (double)i), Telemetry(point, Always, Never).Select(s => s.Value));
    }

    [Fact]
    public void A_sample_of_no_point_is_refused_and_none_of_its_batch_is_kept()
    {
        var point = Store.PointNumber("a/b", "W");
        TelemetrySample good = new(new Instant(1), point, 1, Trust.Good, BadReason.None);
        Assert.Throws<ArgumentException>(() => Store.Append([good, good with { Point = 2 }]));
        Assert.Throws<ArgumentException>(() => Store.Append([good with { Point = 0 }]));
        Assert.Empty(Telemetry(point, Always, Never));
        Store.Append(ReadOnlySpan<TelemetrySample>.Empty);
    }

    [Fact]
    public void A_text_is_kept_whole_and_its_hash_keeps_the_first()
    {
        Assert.Null(Store.Text("ab"));
        Store.KeepText("ab", "site: Café ☀\n\0end");
        Store.KeepText("ab", "other");
        Store.KeepText("cd", "");
        Assert.Equal("site: Café ☀\n\0end", Store.Text("ab"));
        Assert.Equal("", Store.Text("cd"));
    }

    [Fact]
    public async Task Many_threads_share_one_gap_free_sequence()
    {
        var point = Store.PointNumber("a/b", "W");
        var threads = Enumerable.Range(0, 4).Select(t => Task.Run(() => Enumerable.Range(0, 25).Select(i =>
        {
            Store.Append([new(new Instant((t * 100) + i), point, i, Trust.Good, BadReason.None)]);
            return Store.Append(LedgerKind.Note, new Instant(i), [(byte)t]);
        }).ToArray()));
        var numbers = await Task.WhenAll(threads);
        Assert.All(numbers, own => Assert.Equal(own.Order(), own));
        Assert.Equal(Enumerable.Range(1, 100).Select(n => (long)n), numbers.SelectMany(n => n).Order());
        Assert.Equal(100, Telemetry(point, Always, Never).Count());
    }

    [Fact]
    public void After_the_end_nothing_is_taken_or_given()
    {
        Store.Dispose();
        Store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Store.Append(LedgerKind.Note, default, [1]));
        Assert.Throws<ObjectDisposedException>(() => Store.Append(ReadOnlySpan<TelemetrySample>.Empty));
        Assert.Throws<ObjectDisposedException>(() => Store.Last(LedgerKind.Note));
        Assert.Throws<ObjectDisposedException>(() => Store.Read(LedgerKind.Note, Always, Never).Count());
        Assert.Throws<ObjectDisposedException>(() => Store.PointNumber("a/b", "W"));
        Assert.Throws<ObjectDisposedException>(() => Store.Text("ab"));
        Assert.Throws<ObjectDisposedException>(() => Store.KeepText("ab", ""));
    }
}
