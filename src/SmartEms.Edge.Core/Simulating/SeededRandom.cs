namespace SmartEms.Edge.Core.Simulating;

/// <summary>
/// Chance that repeats: the same seed gives the same numbers on every machine and runtime.
/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). A mutable struct: keep it in a field, do not copy it.
/// </summary>
public struct SeededRandom(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    /// <summary>A seed for one thing of many (a day, a device, a step), unrelated to its neighbours'.</summary>
    public static ulong Mix(ulong seed, long index)
    {
        unchecked
        {
            return Scramble(seed + (((ulong)index + 1) * 0xD1342543DE82EF95));
        }
    }

    /// <summary>64 even bits.</summary>
    public ulong NextBits()
    {
        unchecked
        {
            _state += Golden;
        }

        return Scramble(_state);
    }

    /// <summary>Even in [0, 1), 53 bits.</summary>
    public double NextDouble() => (long)(NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>Even in [low, high).</summary>
    public double Between(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Mean 0, variance 1, never beyond ±6: the sum of twelve uniforms, so that no logarithm differs between machines.</summary>
    public double Gaussian()
    {
        var sum = 0.0;
        for (var i = 0; i < 12; i++)
            sum += NextDouble();
        return sum - 6;
    }

    /// <summary>True with the given probability; never at 0, always at 1.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    private static ulong Scramble(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
