using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Recording.Columns;

/// <summary>Parts of a block give back every sample as it was, whatever it was; damaged bytes are refused and nothing worse.</summary>
public sealed class BlockTests
{
    private const int Seeds = 150;

    [Fact]
    public void Whatever_goes_in_comes_out()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var batches = RandomTelemetry.Batches(seed);
            AssertSame(batches.SelectMany(b => b), Read(Parts(batches)), $"seed {seed}");
        }
    }

    [Fact]
    public void Extreme_numbers_come_out()
    {
        double[] values = [0, -0.0, double.MaxValue, double.MinValue, double.Epsilon, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 0.1, 1e15, 1L << 50, (1L << 50) + 0.5, -(1L << 51), 123456.789];
        long[] times = [0, long.MaxValue, long.MinValue, -1, 1, long.MinValue, long.MaxValue, 5, 5, 5, 6, 7, 8, 9];
        var batch = values.Select((v, i) => new TelemetrySample(new Instant(times[i]), 3, v, Trust.Good, BadReason.None)).ToArray();
        AssertSame([.. batch, .. batch], Read(Parts([batch, batch])), "extremes");
        foreach (var one in batch)
            AssertSame([one], Read(Parts([[one]])), $"{one.Value:R}");
    }

    [Fact]
    public void A_quiet_device_costs_next_to_nothing()
    {
        var batches = Enumerable.Range(0, 90).Select(b => Enumerable.Range(0, 320)
            .Select(i => new TelemetrySample(new Instant(((b * 10) + (i / 32)) * 1000L), 1 + (i % 32), 230.1, Trust.Good, BadReason.None)).ToArray()).ToList();
        Assert.InRange(Parts(batches).Sum(p => p.Length), 90, 90 * 8);
    }

    [Fact]
    public void Decimals_with_noise_cost_little_more_than_their_noise()
    {
        var dice = new Random(5);
        // Sixteen equally likely values are 4 bits of noise, and guessing the middle costs some.
        var batches = Enumerable.Range(0, 90).Select(b => Enumerable.Range(0, 320)
            .Select(i => new TelemetrySample(new Instant(((b * 10) + (i / 32)) * 1000L), 1 + (i % 32), (2300 + dice.Next(16)) / 10.0, Trust.Good, BadReason.None)).ToArray()).ToList();
        Assert.InRange(Parts(batches).Sum(p => p.Length) * 8.0 / (90 * 320), 4, 5.3);
    }

    [Fact]
    public void Damaged_parts_are_refused_or_give_other_samples_and_nothing_worse()
    {
        var refused = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var parts = Parts(RandomTelemetry.Batches(seed % 20));
            var hurt = parts[random.Next(parts.Count)];
            switch (random.Next(3))
            {
                case 0: random.NextBytes(hurt); break;
                case 1: hurt[random.Next(hurt.Length)] ^= (byte)(1 << random.Next(8)); break;
                default: parts[^1] = parts[^1][..random.Next(parts[^1].Length)]; break;
            }

            try
            {
                Read(parts);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 400);
    }

    [Fact]
    public void A_frame_with_any_bit_flipped_or_cut_is_refused()
    {
        var frame = Frame.Of([(0, [1, 2, 3]), (700, []), (70_000, new byte[300])]);
        Assert.Equal([(0, 3), (700, 0), (70_000, 300)], Frame.Parts(frame).Select(p => (p.Number, p.Length)));
        for (var bit = 0; bit < frame.Length * 8; bit++)
        {
            var hurt = frame.ToArray();
            hurt[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<InvalidDataException>(() => Frame.Parts(hurt));
        }

        for (var length = 0; length < frame.Length; length++)
            Assert.Throws<InvalidDataException>(() => Frame.Parts(frame[..length]));
    }

    [Fact]
    public void The_checksum_is_that_of_the_standard() => Assert.Equal(0xE3069283u, Frame.Crc("123456789"u8));

    internal static List<byte[]> Parts(IReadOnlyList<TelemetrySample[]> batches)
    {
        var (model, columns, scratch) = (new BlockModel(), BlockModel.EmptyColumns(), new byte[16]);
        var parts = new List<byte[]>();
        foreach (var batch in batches)
        {
            foreach (var column in columns)
                column.Clear();
            foreach (var sample in batch)
                columns[sample.Point - 1].Add(sample);
            parts.Add(model.Write(columns, scratch));
        }

        return parts;
    }

    internal static PointColumn[] Read(IReadOnlyList<byte[]> parts)
    {
        var (model, columns) = (new BlockModel(), BlockModel.EmptyColumns());
        foreach (var part in parts)
            model.Read([9, .. part, 9], (1, part.Length), columns);
        return columns;
    }

    private static void AssertSame(IEnumerable<TelemetrySample> written, PointColumn[] read, string when)
    {
        var byPoint = written.ToLookup(s => s.Point);
        for (var point = 1; point <= BlockModel.Points; point++)
        {
            var (expected, column) = (byPoint[point].ToList(), read[point - 1]);
            Assert.True(expected.Count == column.Count, $"{when}: point {point} has {column.Count} samples, {expected.Count} were written");
            for (var i = 0; i < column.Count; i++)
            {
                if (!expected[i].Equals(column.Sample(i, point)))
                    Assert.Fail($"{when}: sample {i} of point {point} has become another (value {expected[i].Value:R}, now {column.Values[i]:R})");
                Assert.Equal(double.IsNegative(expected[i].Value) && expected[i].Value == 0, double.IsNegative(column.Values[i]) && column.Values[i] == 0);
            }
        }
    }
}
