using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>The levels at which a distribution is kept, and how samples give their quantiles.</summary>
internal static class Levels
{
    public const int Count = 11;
    public const int P10 = 1;
    public const int P50 = 5;
    public const int P90 = 9;

    public static ImmutableArray<double> All { get; } = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

    /// <summary>The quantiles of samples, one at least, which are sorted on the way.</summary>
    public static void Of(Span<double> samples, Span<double> quantiles)
    {
        samples.Sort();
        for (var level = 0; level < Count; level++)
        {
            var place = Math.Clamp((All[level] * (samples.Length + 1)) - 1, 0, samples.Length - 1);
            var below = (int)place;
            var above = Math.Min(below + 1, samples.Length - 1);
            quantiles[level] = samples[below] + ((place - below) * (samples[above] - samples[below]));
        }
    }
}
