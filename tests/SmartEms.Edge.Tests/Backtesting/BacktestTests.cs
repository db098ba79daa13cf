using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;
using Xunit;

namespace SmartEms.Edge.Tests.Backtesting;

/// <summary>A trace lived through again: energy is kept, cars are counted, plans use nothing they could not know.</summary>
public class BacktestTests
{
    private static readonly Storage Battery = new(10_000, 5_000, 5_000);

    private static BacktestTrace Trace(int days, Func<int, double> load) => new(default, 60, [.. Enumerable.Range(0, days * 24).Select(load)],
        [.. Enumerable.Range(0, days * 24).Select(hour => hour % 24 is >= 9 and < 16 ? 3_000.0 : 0)],
        RetailPrices.Contract([.. Enumerable.Range(0, days * 24).Select(hour => hour % 24 is >= 17 and < 21 ? 0.6 : 0.2)], [.. Enumerable.Repeat(0.06, days * 24)]));

    private static BacktestTrace Usual { get; } = Trace(12, hour => 500 + (100 * (hour % 24)));

    [Fact]
    public void What_flows_in_flows_out()
    {
        var result = Backtest.Run(Usual, Battery, new(0, Usual.Steps, 5_000), new RuleControl());
        for (var t = 0; t < Usual.Steps; t++)
        {
            var flow = result.Flows[t];
            Assert.Equal(Usual.Net(t), flow.Import - flow.Export + flow.Discharge, 6);
        }
    }

    [Fact]
    public void The_plan_earns_on_a_tariff_with_a_peak()
    {
        var span = new BacktestSpan(72, Usual.Steps, 5_000);
        var plans = new PlanShelf(new TraceForesight(Usual, new(Usual, 36)), Battery) { Keeps = true };
        var (rule, plan) = (Backtest.Run(Usual, Battery, span, new RuleControl()), Backtest.Run(Usual, Battery, span, new PlanControl(plans)));
        Assert.True(plan.Total(0.2) < rule.Total(0.2) - 0.5);
        Assert.Equal(plan.Costs.ToArray(), Backtest.Run(Usual, Battery, span, new PlanControl(plans)).Costs.ToArray());
    }

    [Fact]
    public void What_comes_later_changes_nothing_before()
    {
        const int Changed = 200;
        var other = Trace(12, hour => hour < Changed ? 500 + (100 * (hour % 24)) : 9_000);
        var span = new BacktestSpan(72, Changed, 5_000);
        BacktestResult Of(BacktestTrace trace) => Backtest.Run(trace, Battery, span, new PlanControl(new(new TraceForesight(trace, new(trace, 36)), Battery)));
        Assert.Equal(Of(Usual).Energies.ToArray(), Of(other).Energies.ToArray());
    }

    [Fact]
    public void Prices_of_the_next_day_are_seen_from_one_o_clock()
    {
        var prices = RetailPrices.German.Of(new double[96], 60);
        Assert.Equal(24, prices.KnownUntil[12]);
        Assert.Equal(48, prices.KnownUntil[13]);
        Assert.Equal(0.19, prices.Import[0], 9);
        Assert.Equal(0.08, prices.Export[0], 9);
    }

    /// <summary>A car that comes at six in the evening and leaves at seven: after some days nobody need tell. Stays that are yet to come change nothing.</summary>
    [Fact]
    public void When_a_car_leaves_is_learnt_from_its_stays()
    {
        EvSession[] stays = [.. Enumerable.Range(0, 11).Select(day => new EvSession((24 * day) + 18, (24 * day) + 31, 20_000, 4_140, 11_040))];
        BacktestResult Of(EvSession[] sessions, bool foretold)
        {
            var trace = Usual with { Sessions = [.. sessions] };
            return Backtest.Run(trace, Storage.None, new(0, 240, 0), new PlanControl(new(new TraceForesight(trace, new(trace, 36)), Storage.None) { Cars = foretold ? new(trace) : null }));
        }
        var (told, foretold) = (Of(stays, false), Of(stays, true));
        Assert.Equal((0, 0), (told.EvUnmetWh, foretold.EvUnmetWh));
        Assert.InRange(foretold.Total(0) - told.Total(0), -1e-9, 0.4 * 20 * 3); // three evenings at most were begun at once
        Assert.Equal(foretold.Costs.ToArray()[..200], Of([.. stays[..8], .. stays[8..].Select(stay => stay with { EnergyWh = 3_000 })], true).Costs.ToArray()[..200]);
    }

    [Fact]
    public void A_car_is_charged_or_counted_as_unmet()
    {
        var trace = Usual with { Sessions = [new(20, 30, 15_000, 1_400, 11_000), new(40, 41, 20_000, 1_400, 11_000)] };
        var span = new BacktestSpan(0, trace.Steps, 5_000);
        var at = Backtest.Run(trace, Battery, span, new RuleControl());
        Assert.Equal(9_000, at.EvUnmetWh, 3);
        var plans = new PlanShelf(new TraceForesight(trace, new(trace, 36)), Battery);
        var planned = Backtest.Run(trace, Battery, span, new PlanControl(plans));
        Assert.Equal(at.EvUnmetWh, planned.EvUnmetWh, 3);
        Assert.True(planned.Total(0.2) < at.Total(0.2));
    }
}
