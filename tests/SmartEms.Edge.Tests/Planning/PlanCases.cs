using System.Collections.Immutable;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Tests.Planning;

/// <summary>Small outlooks for questions to the planner, hour by hour from midnight.</summary>
internal static class PlanCases
{
    public static readonly Storage Battery = new(10_000, 5_000, 5_000);

    public static PlanQuestion Question(Func<int, double> load, Func<int, double> pv, Func<int, double> import, double export = 0.08, int hours = 36) =>
        Of([new([.. Range(hours, load)], [.. Range(hours, pv)])], [.. Range(hours, import)], export);

    public static PlanQuestion Of(ImmutableArray<Scenario> scenarios, ImmutableArray<double> import, double export)
    {
        var (load, pv) = (scenarios[0].Load, scenarios[0].Pv);
        return new(new(new(1_700_000_000_000 / 86_400_000 * 86_400_000), 60, new(load, load, load), new(pv, pv, pv), scenarios),
            new(import, [.. import.Select(price => Math.Min(price, export))], import.Length, []), Battery, 5_000);
    }

    /// <summary>Cheap by day and night, dear from 17 to 21 o'clock.</summary>
    public static double EveningPeak(int hour) => hour % 24 is >= 17 and < 21 ? 0.60 : 0.20;

    public static double Sun(int hour) => hour % 24 is >= 9 and < 16 ? 3_000 : 0;

    private static IEnumerable<double> Range(int hours, Func<int, double> of) => Enumerable.Range(0, hours).Select(of);
}
