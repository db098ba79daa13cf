using System.Collections.Immutable;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Core.Training;

namespace SmartEms.Edge.Training;

/// <summary>All that may be learnt from: the three weeks before each test week, of ten homes under five tariffs; every other one with a battery, a load, a production and a
/// feed-in price drawn at random. The draws depend on nothing but the place in the pool.</summary>
public sealed class ChunkPool
{
    public static readonly string[] Tariffs = ["tou", "de_2020", "de_2021", "de_2022", "de_2023"];

    /// <summary>So far each forecast goes.</summary>
    public const int Ahead = 36;
    public const int WarmUpDays = 28;
    private const int ChunkDays = 21;
    private const ulong Seed = 20261127;

    private ImmutableArray<Chunk> Chunks { get; init; } = [];

    /// <summary>Those of some homes, in the order of the pool.</summary>
    public ImmutableArray<Chunk> Of(IReadOnlyCollection<string> homes) => [.. Chunks.Where(chunk => homes.Contains(chunk.Home))];

    /// <summary>A week of which nothing is ever learnt.</summary>
    public static bool IsTestWeek(int day) => day / 7 % 4 == 3;

    /// <param name="looks">Of each home.</param>
    /// <param name="most">Threads; the pool is the same for any.</param>
    public static ChunkPool Make(IReadOnlyDictionary<string, TraceLooks> looks, int most)
    {
        var places = new List<(string Home, string Tariff, int Day)>();
        foreach (var home in EnergyData.Homes)
            foreach (var tariff in Tariffs)
                for (var day = WarmUpDays; day + ChunkDays <= 363; day += 28)
                    places.Add((home, tariff, day));
        var chunks = new Chunk[places.Count];
        Parallel.For(0, places.Count, new() { MaxDegreeOfParallelism = most }, i => chunks[i] = One(places[i], i, looks[places[i].Home]));
        return new() { Chunks = [.. chunks] };
    }

    private static Chunk One((string Home, string Tariff, int Day) place, int number, TraceLooks looks)
    {
        var chance = new SeededRandom(SeededRandom.Mix(Seed, number));
        var (trace, storage, load, pv) = (EnergyData.Trace(place.Home, place.Tariff), EnergyData.Standard, 1.0, 1.0);
        if (number % 2 == 1)
        {
            var capacity = chance.Between(3_000, 25_000);
            var power = capacity * chance.Between(0.25, 1);
            var efficiency = chance.Between(0.93, 0.98);
            storage = new(capacity, power, power) { ChargeEfficiency = efficiency, DischargeEfficiency = efficiency };
            (load, pv) = (chance.Between(0.5, 2), chance.Between(0, 2));
            trace = Scaled(trace, load, pv, chance.Between(0, 0.12));
        }
        var plans = new PlanShelf(new ScaledForesight(new(trace, looks), load, pv), storage);
        return Chunk.Of(place.Home, trace, plans, (storage, place.Day * 24, ChunkDays * 24));
    }

    private static BacktestTrace Scaled(BacktestTrace trace, double load, double pv, double feedIn) => trace with
    {
        Load = [.. trace.Load.Select(watts => watts * load)],
        Pv = [.. trace.Pv.Select(watts => watts * pv)],
        Prices = trace.Prices with { Export = [.. trace.Prices.Import.Select(price => Math.Min(price, feedIn))] },
    };

    /// <summary>What would have been foretold of a larger or smaller household: the forecaster takes no note of size.</summary>
    private sealed class ScaledForesight(TraceForesight inner, double load, double pv) : IForesight
    {
        public Outlook Look(int step)
        {
            var look = inner.Look(step);
            if (load == 1 && pv == 1)
                return look;
            return look with
            {
                Load = Times(look.Load, load),
                Pv = Times(look.Pv, pv),
                Scenarios = [.. look.Scenarios.Select(one => new Scenario(Times(one.Load, load), Times(one.Pv, pv)))],
            };
        }

        public PriceOutlook Prices(int step) => inner.Prices(step);

        private static Quantiles Times(Quantiles all, double by) => new(Times(all.P10, by), Times(all.P50, by), Times(all.P90, by));

        private static ImmutableArray<double> Times(ImmutableArray<double> watts, double by) => [.. watts.Select(one => one * by)];
    }
}
