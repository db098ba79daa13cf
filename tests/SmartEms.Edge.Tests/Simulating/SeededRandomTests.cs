using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

public class SeededRandomTests
{
    [Fact]
    public void Gives_the_published_numbers_of_SplitMix64()
    {
        var random = new SeededRandom(1234567);
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        foreach (var expected in published)
            Assert.Equal(expected, random.NextBits());
    }

    [Fact]
    public void Doubles_fill_the_unit_interval_evenly()
    {
        var random = new SeededRandom(7);
        var bins = new int[10];
        for (var i = 0; i < 100_000; i++)
        {
            var value = random.NextDouble();
            Assert.InRange(value, 0, 0.9999999999999999);
            bins[(int)(value * 10)]++;
        }

        Assert.All(bins, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Gaussian_has_mean_0_and_variance_1()
    {
        var random = new SeededRandom(8);
        var sum = 0.0;
        var squares = 0.0;
        for (var i = 0; i < 100_000; i++)
        {
            var value = random.Gaussian();
            sum += value;
            squares += value * value;
        }

        Assert.InRange(sum / 100_000, -0.02, 0.02);
        Assert.InRange(squares / 100_000, 0.97, 1.03);
    }

    [Fact]
    public void Chance_is_never_at_0_and_always_at_1()
    {
        var random = new SeededRandom(9);
        var hits = 0;
        for (var i = 0; i < 10_000; i++)
        {
            Assert.False(random.Chance(0));
            Assert.True(random.Chance(1));
            hits += random.Chance(0.3) ? 1 : 0;
        }

        Assert.InRange(hits, 2_800, 3_200);
    }

    [Fact]
    public void Neighbouring_seeds_are_unrelated() =>
        Assert.Equal(2_000, Enumerable.Range(-1_000, 2_000).Select(i => new SeededRandom(SeededRandom.Mix(1, i)).NextBits()).Distinct().Count());
}
