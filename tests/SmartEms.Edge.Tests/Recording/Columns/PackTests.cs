using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Recording.Columns;

/// <summary>Packed columns give back every number and every row, whatever they are, and cost what they should.</summary>
public sealed class PackTests
{
    [Fact]
    public void Numbers_of_every_width_and_columns_of_every_length_come_back()
    {
        var random = new Random(3);
        for (var width = 0; width <= 64; width++)
        {
            for (var length = 0; length <= 70; length++)
            {
                var numbers = new ulong[length];
                foreach (ref var number in numbers.AsSpan())
                    number = width == 0 ? 0 : ((ulong)random.NextInt64() << 1 | (uint)random.Next(2)) >> (64 - width);
                var writer = new PackWriter();
                writer.Column(numbers);
                writer.Whole(long.MinValue);
                var back = new ulong[length];
                var reader = new PackReader(writer.ToArray());
                reader.Column(back);
                Assert.Equal(numbers, back);
                Assert.Equal(long.MinValue, reader.Whole());
            }
        }
    }

    [Fact]
    public void A_column_cut_short_is_refused()
    {
        var writer = new PackWriter();
        writer.Column([.. Enumerable.Range(0, 100).Select(i => (ulong)i)]);
        var bytes = writer.ToArray();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => new PackReader(bytes.AsSpan(0, length)).Column(new ulong[100]));
        bytes[0] = 60;
        Assert.Throws<InvalidDataException>(() => new PackReader(bytes).Column(new ulong[100]));
    }

    [Fact]
    public void Rows_of_every_character_come_back_exactly_but_for_the_mean_of_decimals()
    {
        AssertComeBack("decimals", i => (230.1 + (i % 7 / 10.0), 230.4, 233.2, 230.9));
        AssertComeBack("not known now and then", i => i % 5 == 0 ? (double.NaN, double.NaN, double.NaN, double.NaN) : (1.5, 2, 3, 2.5));
        AssertComeBack("never known", _ => (double.NaN, double.NaN, double.NaN, double.NaN));
        AssertComeBack("registers of 32 bits", i => ((float)Math.Sin(i), MathF.PI * i, 1e9f + i, (float)Math.Sin(i)));
        AssertComeBack("any bits", i => (Math.Sqrt(i), Math.PI * i, double.MaxValue, double.Epsilon));
        AssertComeBack("decimals with a mean that is none", i => (i, 1e15 / 3, i + 1, i));
        AssertComeBack("of many digits, and large", i => (0.000001 * i, i, 1e13, -1e13));
        AssertComeBack("minus zero", i => (-0.0, -0.0, 0, i % 2 == 0 ? -0.0 : 0));
    }

    [Fact]
    public void A_day_of_minutes_of_a_noisy_power_costs_five_bytes_a_minute_and_of_a_quiet_point_next_to_nothing()
    {
        var random = new Random(9);
        var noisy = Rollup.Minutes(Enumerable.Range(0, 86_400).Select(s => Sample(s, 400 + random.Next(-8, 9))));
        Assert.InRange(RowColumns.Write(noisy, Rollup.MinuteMs).Length, 1440, 5 * 1440);
        var quiet = Rollup.Minutes(Enumerable.Range(0, 86_400).Select(s => Sample(s, 49.98)));
        Assert.InRange(RowColumns.Write(quiet, Rollup.MinuteMs).Length, 1, 500);
        var counting = Rollup.Minutes(Enumerable.Range(0, 86_400).Select(s => Sample(s, 1_000_000 + s)));
        Assert.InRange(RowColumns.Write(counting, Rollup.MinuteMs).Length, 1, 500);

        static TelemetrySample Sample(int second, double value) => new(new Instant(second * 1000L), 1, value, Trust.Good, BadReason.None);
    }

    private static void AssertComeBack(string what, Func<int, (double Min, double Mean, double Max, double Last)> values)
    {
        foreach (var count in new[] { 1, 2, 31, 32, 33, 1440 })
        {
            var rows = new List<TelemetryRow>();
            for (var i = 0; i < count; i++)
            {
                var (min, mean, max, last) = values(i);
                rows.Add(new TelemetryRow(new Instant(60_000L * (i + (i > 20 ? 99 : 0))), min, mean, max, last, (Trust)(i % 3), i * 7));
            }

            var bytes = RowColumns.Write(rows, Rollup.MinuteMs);
            var back = RowColumns.Read(bytes, (0, bytes.Length), Rollup.MinuteMs);
            Assert.Equal(rows.Select(r => r with { Mean = 0 }), back.Select(r => r with { Mean = 0 }));
            Assert.All(rows.Zip(back), pair => Assert.True(pair.First.Mean.Equals(pair.Second.Mean) || Math.Abs(pair.First.Mean - pair.Second.Mean) <= 0.005, $"{what}: {pair}"));
            var some = new List<TelemetryRow>();
            RowColumns.Read(bytes, (0, bytes.Length), Rollup.MinuteMs, (60_000, 120_000), some);
            Assert.Equal(back.Where(r => r.At.UnixMilliseconds == 60_000), some);
        }
    }
}
