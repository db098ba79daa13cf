using System.Collections.Immutable;
using System.Globalization;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Training;

namespace SmartEms.Edge.Bench;

/// <summary>How long the brain thinks: forecast, plan of 48 hours by quarter-hours, policy; the network alone; a year of backtest; and how much memory it holds.</summary>
internal static class ThinkBench
{
    private const int Steps = 192;
    private const int Days = 120;
    private const double Never = double.PositiveInfinity;

    /// <summary>[--rounds N]</summary>
    public static async IAsyncEnumerable<Figure> Run(string[] args)
    {
        await Task.Yield();
        var rounds = args.SkipWhile(arg => arg != "--rounds").Skip(1).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).FirstOrDefault(500);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (past, now) = History();
        var policy = new NeuralPolicy(PolicySource.BuiltIn());
        var thought = Think(past, now, null, policy);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(past);
        GC.KeepAlive(thought);
        yield return P99("think.battery", rounds, 5, () => Think(past, now, null, policy));
        yield return P99("think.battery_and_ev", Math.Max(20, rounds / 10), 60, () => Think(past, now, new(20_000, 1_400, 11_000, EvNeed.LeavesAfter(56)), policy));
        yield return P99("think.battery_and_ev_all_48_h", Math.Max(20, rounds / 10), 60, () => Think(past, now, new(40_000, 1_400, 11_000, EvNeed.LeavesAfter(Steps - 1)), policy));
        yield return P99("think.battery_and_ev_foretold", Math.Max(20, rounds / 10), 60, () => Think(past, now, Foretold(now, hours: 1), policy));
        var outlook = Forecaster.Look(past, now, Steps);
        yield return P99("think.car_to_come", Math.Max(20, rounds / 10), 20, () => ToCome(outlook, now));
        yield return new Figure("think.inference", Inference(policy.File.Network), "µs, mean", 10);
        yield return new Figure("think.backtest_year", Year(policy), "s, an hourly year of one home with forecast, plan and policy", 30);
        yield return new Figure("think.memory", held / 1e6, "MB held: 120 days of quarter-hours, plan, policy", 8);
    }

    /// <summary>A measured home, its hours cut into quarters that differ a little.</summary>
    private static (Past Past, Instant Now) History()
    {
        var (load, pv) = EnergyData.Home("01");
        var (past, start, chance) = (Past.Empty(15, LocalClock.Utc), new Instant(1_470_009_600_000), new SeededRandom(1));
        for (var t = 0; t < Days * 96; t++)
            past = past.After(start + TimeSpan.FromMinutes(15 * t), load[t / 4] * chance.Between(0.8, 1.2), pv[t / 4]);
        return (past, start + TimeSpan.FromDays(Days));
    }

    /// <summary>A car that came so long ago to a charger whose log is full, and has told nobody when it leaves.</summary>
    private static EvNeed Foretold(Instant now, int hours)
    {
        var came = now + TimeSpan.FromHours(-hours);
        ImmutableArray<EvStay> before = [.. Enumerable.Range(1, CarLog.StaysMost).Reverse().Select(ago => new EvStay(came + TimeSpan.FromDays(-ago), came + TimeSpan.FromDays(-ago) + TimeSpan.FromHours(11 + (ago % 3)), 15_000))];
        return new(20_000, 1_400, 11_000, EvForecast.Look(new(before, came, null, LocalClock.Utc), now, (Steps, 15)).LeaveChance) { MissedPerKwh = 0.9 };
    }

    /// <summary>What each planned charger costs beside it at which nobody is: one that may come is foretold and planned by itself.</summary>
    private static Plan ToCome(Outlook outlook, Instant now) => Planner.Value(new(outlook, Prices(), Storage.None, 0) { Ev = Foretold(now, hours: 0), SocPoints = 2 }).At(0);

    private static PriceOutlook Prices() => new([.. Enumerable.Range(0, Steps).Select(t => 0.25 + (0.01 * (t * 7 % 24)))], [.. Enumerable.Repeat(0.08, Steps)], Steps, []);

    private static (Plan Plan, PolicyChoice Choice) Think(Past past, Instant now, EvNeed? ev, NeuralPolicy policy)
    {
        var outlook = Forecaster.Look(past, now, Steps);
        var question = new PlanQuestion(outlook, Prices(), EnergyData.Standard, 4_321) { Ev = ev };
        var plan = Planner.Make(question);
        return (plan, policy.Choose(question, plan, question.EnergyWh, LocalClock.Utc));
    }

    private static Figure P99(string name, int rounds, double most, Action think)
    {
        for (var i = 0; i < 10; i++)
            think();
        var times = new double[rounds];
        for (var i = 0; i < rounds; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            think();
            times[i] = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
        }
        Array.Sort(times);
        return new(name + "_p99", times[(rounds * 99) / 100], string.Create(CultureInfo.InvariantCulture, $"ms, 99th percentile of {rounds} (median {times[rounds / 2]:0.0})"), most);
    }

    private static double Inference(Network network)
    {
        const int Rounds = 100_000;
        Span<float> features = stackalloc float[Features.Count];
        Span<float> outputs = stackalloc float[Network.Outputs];
        features.Fill(0.5f);
        for (var i = 0; i < 1_000; i++)
            network.Infer(features, outputs);
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Rounds; i++)
            network.Infer(features, outputs);
        return TimeProvider.System.GetElapsedTime(began).TotalMicroseconds / Rounds;
    }

    private static double Year(NeuralPolicy policy)
    {
        var began = TimeProvider.System.GetTimestamp();
        var trace = EnergyData.Trace("01", "de_2023");
        var shelf = new PlanShelf(new TraceForesight(trace, new(trace, ChunkPool.Ahead)), EnergyData.Standard) { Keeps = true };
        var span = new BacktestSpan(ChunkPool.WarmUpDays * 24, 363 * 24, 5_000);
        Backtest.Run(trace, EnergyData.Standard, span, new PlanControl(shelf));
        Backtest.Run(trace, EnergyData.Standard, span, new PolicyControl(shelf, policy, trace.ClockAt));
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
