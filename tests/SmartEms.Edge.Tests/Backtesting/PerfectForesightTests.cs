using System.Collections.Immutable;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Backtesting;

/// <summary>The bound is a bound, and reached where there is nothing to foresee.</summary>
public class PerfectForesightTests
{
    private static readonly Storage Battery = new(10_000, 5_000, 5_000);

    private static BacktestTrace Trace(ulong seed, int days, Func<int, double> import)
    {
        var chance = new SeededRandom(seed);
        var (load, pv) = (ImmutableArray.CreateBuilder<double>(), ImmutableArray.CreateBuilder<double>());
        for (var t = 0; t < days * 24; t++)
        {
            load.Add(chance.Between(200, 3_000));
            pv.Add(t % 24 is >= 8 and < 17 ? chance.Between(0, 6_000) : 0);
        }
        ImmutableArray<double> prices = [.. Enumerable.Range(0, days * 24).Select(import)];
        return new(default, 60, load.ToImmutable(), pv.ToImmutable(), RetailPrices.Contract(prices, [.. prices.Select(price => Math.Min(price, 0.08))]));
    }

    [Fact]
    public void Nobody_is_better_than_perfect_foresight()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var trace = Trace(seed, 20, hour => 0.2 + (0.3 * (hour * 7 % 24) / 24));
            var span = new BacktestSpan(0, trace.Steps, 5_000);
            var best = PerfectForesight.Run(trace, Battery, span, 0.2).Total(0.2);
            foreach (var controller in new IController[] { new NoControl(), new RuleControl(), new PriceRule(trace, Battery, false), new PriceRule(trace, Battery, true) })
                Assert.True(Backtest.Run(trace, Battery, span, controller).Total(0.2) >= best - 1e-6);
        }
    }

    [Fact]
    public void On_a_flat_tariff_the_rule_is_the_bound()
    {
        var trace = Trace(3, 20, _ => 0.32);
        var span = new BacktestSpan(0, trace.Steps, 0);
        Assert.Equal(PerfectForesight.Run(trace, Battery, span, 0).Total(0), Backtest.Run(trace, Battery, span, new RuleControl()).Total(0), 6);
    }

    [Fact]
    public void It_obeys_the_battery()
    {
        var trace = Trace(5, 20, hour => hour % 24 < 6 ? -0.05 : 0.5);
        var result = PerfectForesight.Run(trace, Battery with { SocMin = 0.2, SocMax = 0.9 }, new(0, trace.Steps, 5_000), 0.1);
        foreach (var energy in result.Energies)
            Assert.InRange(energy, 2_000 - 1e-6, 9_000 + 1e-6);
        foreach (var flow in result.Flows)
        {
            Assert.InRange(flow.Discharge, -5_000 - 1e-6, 5_000 + 1e-6);
            Assert.True(flow.Discharge <= 1e-9 || flow.Export <= 1e-6);
        }
    }

    [Fact]
    public void A_battery_of_nothing_changes_nothing()
    {
        var trace = Trace(7, 5, hour => 0.2 + (0.01 * (hour % 24)));
        var span = new BacktestSpan(0, trace.Steps, 0);
        var none = Backtest.Run(trace, Storage.None, span, new NoControl()).Total(0);
        Assert.Equal(none, PerfectForesight.Run(trace, Storage.None, span, 0).Total(0), 9);
        Assert.Equal(none, Backtest.Run(trace, Storage.None, span, new RuleControl()).Total(0), 9);
    }
}
