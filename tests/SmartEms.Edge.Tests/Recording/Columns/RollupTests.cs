using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Recording.Columns;

/// <summary>Roll-ups say what the samples say, and come back from their columns.</summary>
public sealed class RollupTests
{
    [Fact]
    public void A_minute_tells_its_samples()
    {
        TelemetrySample[] samples =
        [
            new(new Instant(-1), 1, 5, Trust.Good, BadReason.None),
            new(new Instant(0), 1, 2, Trust.Good, BadReason.None),
            new(new Instant(30_000), 1, 4, Trust.Uncertain, BadReason.None),
            new(new Instant(59_999), 1, 3, Trust.Good, BadReason.None),
            new(new Instant(60_000), 1, 8, Trust.Good, BadReason.None),
            new(new Instant(61_000), 1, 99, Trust.Bad, BadReason.Timeout),
            new(new Instant(120_000), 1, double.NaN, Trust.Bad, BadReason.Timeout),
        ];
        Assert.Equal(
            [
                new(new Instant(-60_000), 5, 5, 5, 5, Trust.Good, 1),
                new(new Instant(0), 2, 3, 4, 3, Trust.Uncertain, 3),
                new(new Instant(60_000), 8, 8, 8, 8, Trust.Bad, 2),
                new(new Instant(120_000), double.NaN, double.NaN, double.NaN, double.NaN, Trust.Bad, 1),
            ],
            Rollup.Minutes(samples));
    }

    [Fact]
    public void Minutes_become_quarters_and_lists_are_joined()
    {
        List<TelemetryRow> early = [new(new Instant(0), 1, 2, 3, 3, Trust.Good, 1), new(new Instant(60_000), 4, 4, 4, 4, Trust.Good, 1)];
        List<TelemetryRow> late = [new(new Instant(0), 0, 5, 9, 5, Trust.Uncertain, 2), new(new Instant(900_000), 7, 7, 7, 7, Trust.Good, 60)];
        var joined = Rollup.Merged(early, late);
        Assert.Equal([new(new Instant(0), 0, 4, 9, 5, Trust.Uncertain, 3), early[1], late[1]], joined);
        Assert.Equal([new(new Instant(0), 0, 4, 9, 4, Trust.Uncertain, 4), late[1]], Rollup.Coarser(joined, Rollup.QuarterMs));
    }

    [Fact]
    public void Rows_come_back_from_their_columns()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var rows = Rollup.Minutes(PointColumn.Ordered([.. RandomTelemetry.Batches(seed).SelectMany(b => b).Where(s => s.Point == 1 + (seed % 32))]));
            var bytes = RowColumns.Write(rows, Rollup.MinuteMs);
            var back = RowColumns.Read([7, .. bytes], (1, bytes.Length), Rollup.MinuteMs);
            Assert.Equal(rows.Select(r => r with { Mean = 0 }), back.Select(r => r with { Mean = 0 }));
            Assert.All(rows.Zip(back), pair => Assert.True(pair.First.Mean.Equals(pair.Second.Mean) || Math.Abs(pair.First.Mean - pair.Second.Mean) <= 0.005, $"seed {seed}: {pair}"));
        }
    }

    [Fact]
    public void Damaged_rows_are_refused_or_other_rows_and_nothing_worse()
    {
        var good = RowColumns.Write(Rollup.Minutes(Enumerable.Range(0, 5000).Select(i => new TelemetrySample(new Instant(i * 1000L), 1, i % 77 / 10.0, Trust.Good, BadReason.None))), Rollup.MinuteMs);
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var bytes = good[..(random.Next(2) == 0 ? good.Length : random.Next(good.Length))];
            for (var hurt = random.Next(1, 20); hurt > 0 && bytes.Length > 0; hurt--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                RowColumns.Read(bytes, (0, bytes.Length), Rollup.MinuteMs);
            }
            catch (InvalidDataException)
            {
                continue;
            }
        }
    }
}
