using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Recording.Columns;

/// <summary>Seeded batches of every character: quiet, noisy, counting, of many digits, with outages, late, jumping in time.</summary>
internal static class RandomTelemetry
{
    public static List<TelemetrySample[]> Batches(int seed)
    {
        var random = new Random(seed);
        var points = Enumerable.Range(1, 32).Where(_ => random.Next(3) > 0).Select(p => (Number: p, Character: random.Next(7))).ToList();
        var batches = new List<TelemetrySample[]>();
        var now = random.NextInt64(-5_000_000, 2_000_000_000_000);
        for (var left = random.Next(1, 12); left > 0; left--)
        {
            var batch = new List<TelemetrySample>();
            for (var second = random.Next(1, 25); second > 0; second--)
            {
                now += random.Next(20) switch { 0 => -random.Next(10_000), 1 => random.Next(100_000), _ => 1000 };
                foreach (var (number, character) in points.Where(_ => random.Next(40) > 0))
                    batch.Add(Sample(random, now + (character == 6 ? random.Next(30) : 0), number, character));
            }

            batches.Add([.. batch]);
        }

        return batches;
    }

    private static TelemetrySample Sample(Random random, long at, int point, int character)
    {
        var value = character switch
        {
            0 => 50,
            1 => Math.Round(230 + (random.NextDouble() * 3), 1),
            2 => at / 1000,
            3 => random.NextDouble() * 1e6,
            4 => random.Next(50) == 0 ? random.Next(1_000_000) / 10_000.0 : 7,
            5 => Math.Round(random.NextDouble() * 100, random.Next(6)),
            _ => random.Next(-3, 4),
        };
        return random.Next(30) == 0
            ? new(new Instant(at), point, random.Next(2) == 0 ? double.NaN : value, (Trust)random.Next(3), (BadReason)random.Next(10))
            : new(new Instant(at), point, value, Trust.Good, BadReason.None);
    }
}
