using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Tests.Planning;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>The learned policy stands on the plan: alone it is nothing, and where it is a stranger it keeps silent.</summary>
public class NeuralPolicyTests
{
    private static readonly PlanQuestion Peaky = PlanCases.Question(hour => 300 + (90 * (hour % 7)), PlanCases.Sun, PlanCases.EveningPeak);

    [Fact]
    public void A_network_of_zeros_is_the_plan_at_every_charge()
    {
        var policy = new NeuralPolicy(PolicyFile.PlanAlone);
        for (var energy = 0.0; energy <= 10_000; energy += 410)
        {
            var plan = Planner.Make(Peaky with { EnergyWh = energy });
            Assert.Equal(plan.Battery, policy.Choose(Peaky, plan, energy, LocalClock.Utc).Battery);
        }
    }

    [Fact]
    public void On_a_flat_tariff_no_network_departs_from_the_plan()
    {
        var flat = PlanCases.Question(hour => 300 + (90 * (hour % 7)), PlanCases.Sun, _ => 0.32);
        for (var seed = 1UL; seed <= 20; seed++)
            Assert.Equal(Planner.Make(flat).Battery, new NeuralPolicy(PolicyFileTests.Drawn(seed)).Choose(flat, Planner.Make(flat), 5_000, LocalClock.Utc).Battery);
    }

    /// <summary>Whatever the network holds, what it can cost against the plan is bounded.</summary>
    [Fact]
    public void No_network_takes_a_mode_that_the_plan_thinks_much_worse()
    {
        var most = 2 * NeuralPolicy.MostSay / NeuralPolicy.LossWeight * Features.Scale(Peaky);
        var hasDeparted = false;
        for (var seed = 1UL; seed <= 60; seed++)
            for (var energy = 0.0; energy <= 10_000; energy += 410)
            {
                var plan = Planner.Make(Peaky with { EnergyWh = energy });
                var chosen = new NeuralPolicy(PolicyFileTests.Drawn(seed)).Choose(Peaky, plan, energy, LocalClock.Utc).Battery;
                hasDeparted |= chosen != plan.Battery;
                Assert.True(plan.Regret(chosen) <= most + Valuation.Hair, $"seed {seed} at {energy} Wh: {chosen} costs {plan.Regret(chosen)} more, the most is {most}");
            }
        Assert.True(hasDeparted);
    }

    [Fact]
    public void A_stranger_leaves_the_lead_to_the_plan()
    {
        var narrow = new FeatureBox(new float[Features.Count], new float[Features.Count]);
        var plan = Planner.Make(Peaky);
        for (var seed = 1UL; seed <= 50; seed++)
        {
            var choice = new NeuralPolicy(PolicyFileTests.Drawn(seed) with { Box = narrow }).Choose(Peaky, plan, 5_000, LocalClock.Utc);
            Assert.True(choice.Strangers > NeuralPolicy.MostStrangers);
            Assert.Equal(plan.Battery, choice.Battery);
        }
    }

    [Fact]
    public void Features_are_finite_and_clipped_whatever_the_prices()
    {
        Span<float> features = stackalloc float[Features.Count];
        foreach (var price in new Func<int, double>[] { _ => 0, _ => -0.5, hour => hour % 3 == 0 ? 4 : -1, PlanCases.EveningPeak })
        {
            Features.World(PlanCases.Question(_ => 90_000, _ => 0, price), LocalClock.Utc, features);
            Features.Battery(0.3f, [0, 1, 2, 3, 4, 5, 6], features);
            foreach (var value in features)
                Assert.InRange(value, -4, 4);
        }
    }

    [Fact]
    public void Features_do_not_depend_on_the_length_of_a_step()
    {
        var quarters = Features15();
        Span<float> hours = stackalloc float[Features.Count];
        Features.World(Peaky, LocalClock.Utc, hours);
        for (var i = 0; i < hours.Length; i++)
            Assert.Equal(hours[i], quarters[i], 4);
    }

    private static float[] Features15()
    {
        var features = new float[Features.Count];
        var question = Peaky with
        {
            Outlook = new(Peaky.Outlook.Start, 15, Quarter(Peaky.Outlook.Load), Quarter(Peaky.Outlook.Pv), []),
            Prices = new(Quarter(Peaky.Prices.Import), Quarter(Peaky.Prices.Export), 144, []),
        };
        Features.World(question, LocalClock.Utc, features);
        return features;
    }

    private static Core.Forecasting.Quantiles Quarter(Core.Forecasting.Quantiles all) => new(Quarter(all.P10), Quarter(all.P50), Quarter(all.P90));

    private static System.Collections.Immutable.ImmutableArray<double> Quarter(System.Collections.Immutable.ImmutableArray<double> hours) =>
        [.. hours.SelectMany(value => Enumerable.Repeat(value, 4))];
}
