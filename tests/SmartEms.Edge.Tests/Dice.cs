namespace SmartEms.Edge.Tests;

/// <summary>Seeded chance for tests (SplitMix64): the same seed gives the same run on every machine and runtime, which System.Random does not promise.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>0 ≤ result &lt; end.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>0 ≤ result &lt; 1.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    public double Between(double low, double high) => low + ((high - low) * Share());

    public bool Chance(double share) => Share() < share;

    public T Pick<T>(params ReadOnlySpan<T> items) => items[Below(items.Length)];
}
