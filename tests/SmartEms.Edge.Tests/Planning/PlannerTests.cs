using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using Xunit;

namespace SmartEms.Edge.Tests.Planning;

/// <summary>What the plan does with a battery: buy when it pays, keep for the dear hours, respect what holds, and otherwise leave the rule alone.</summary>
public class PlannerTests
{
    [Fact]
    public void A_flat_tariff_is_the_plain_rule_at_every_charge()
    {
        var question = PlanCases.Question(hour => 300 + (200 * (hour % 5)), PlanCases.Sun, _ => 0.32);
        for (var energy = 0.0; energy <= 10_000; energy += 730)
            Assert.Equal(BatteryMode.SelfConsume, Planner.Make(question with { EnergyWh = energy }).Battery);
    }

    [Fact]
    public void It_buys_in_the_cheap_night_for_the_dear_evening()
    {
        var question = PlanCases.Question(_ => 1_500, _ => 0, hour => hour % 24 < 4 ? 0.10 : hour % 24 is >= 17 and < 21 ? 0.60 : 0.40) with { EnergyWh = 0 };
        var plan = Planner.Make(question);
        Assert.True(plan.Path.Take(4).Sum(step => -step.Flow.Discharge) > 4_000);
        Assert.Contains(plan.Path.Take(4), step => step.Battery >= BatteryMode.GridCharge33);
    }

    [Fact]
    public void It_does_not_buy_when_losses_and_wear_eat_the_difference()
    {
        var question = PlanCases.Question(_ => 1_500, _ => 0, hour => hour % 24 < 4 ? 0.30 : 0.33) with { EnergyWh = 0 };
        Assert.True(Planner.Make(question).Battery < BatteryMode.GridCharge33);
    }

    [Fact]
    public void It_holds_the_charge_for_the_evening_peak()
    {
        var plan = Planner.Make(PlanCases.Question(_ => 1_200, _ => 0, PlanCases.EveningPeak) with { EnergyWh = 4_000 });
        Assert.Contains(plan.Battery, new[] { BatteryMode.Hold, BatteryMode.Idle });
        Assert.True(plan.Regret(BatteryMode.SelfConsume) > 0.01);
        Assert.All(plan.Path.Take(17), step => Assert.True(step.Flow.Discharge <= 0));
        Assert.Contains(plan.Path.Skip(17).Take(4), step => step.Flow.Discharge > 0);
    }

    [Fact]
    public void Stored_energy_is_worth_what_it_spares_to_buy()
    {
        var plan = Planner.Make(PlanCases.Question(_ => 1_200, _ => 0, PlanCases.EveningPeak) with { EnergyWh = 2_000 });
        // It saves a kWh bought in a cheap hour before the peak, with its losses; less than the peak's own price.
        Assert.InRange(plan.WaterValue, 0.2, 0.3);
    }

    [Fact]
    public void The_battery_never_exports()
    {
        var plan = Planner.Make(PlanCases.Question(hour => 200 + (300 * (hour % 3)), PlanCases.Sun, hour => hour % 2 == 0 ? 0.9 : 0.1, export: 0.8));
        Assert.All(plan.Path, step => Assert.True(step.Flow.Discharge <= 0 || step.Flow.Export == 0));
    }

    [Fact]
    public void Negative_prices_fill_the_battery()
    {
        var question = PlanCases.Question(_ => 500, _ => 0, hour => hour < 2 ? -0.20 : 0.30) with { EnergyWh = 0 };
        Assert.Equal(BatteryMode.GridCharge100, Planner.Make(question).Battery);
    }

    [Fact]
    public void The_reserve_is_left_alone()
    {
        var storage = PlanCases.Battery with { SocMin = 0.1, Reserve = 0.4 };
        var plan = Planner.Make(PlanCases.Question(_ => 2_000, _ => 0, PlanCases.EveningPeak) with { Storage = storage, EnergyWh = 6_000 });
        Assert.All(plan.Path, step => Assert.True(step.EnergyWh >= 4_000 - 1e-6));
    }

    [Fact]
    public void A_reserve_that_is_short_is_filled_first()
    {
        var storage = PlanCases.Battery with { Reserve = 0.4 };
        Assert.True(Planner.Make(PlanCases.Question(_ => 500, _ => 0, _ => 0.3) with { Storage = storage, EnergyWh = 2_000 }).Battery >= BatteryMode.GridCharge33);
    }

    [Fact]
    public void The_import_limit_is_kept_while_buying()
    {
        var question = PlanCases.Question(_ => 1_500, _ => 0, hour => hour < 6 ? 0.05 : 0.60) with { EnergyWh = 0, Terms = [StepTerms.Free with { ImportMax = 3_000 }] };
        Assert.All(Planner.Make(question).Path, step => Assert.True(step.Flow.Import <= 3_000 + 1e-6));
    }

    [Fact]
    public void A_maintenance_window_rests_the_battery_and_is_prepared_for()
    {
        var free = PlanCases.Question(_ => 1_200, _ => 0, _ => 0.30) with { EnergyWh = 5_000 };
        var rests = free with { Terms = [.. Enumerable.Range(0, 36).Select(t => StepTerms.Free with { BatteryRests = t is >= 2 and < 6 })] };
        Assert.All(Planner.Make(rests).Path.Skip(2).Take(4), step => Assert.Equal(0, step.Flow.Discharge));
    }

    [Fact]
    public void A_price_of_peaks_shaves_them()
    {
        var question = PlanCases.Question(hour => hour is 6 or 7 ? 6_000 : 500, _ => 0, _ => 0.30) with { EnergyWh = 4_000 };
        var (careless, careful) = (Planner.Make(question), Planner.Make(question with { DemandPrice = 20, PeakSoFar = 1_000 }));
        Assert.True(careful.Path.Max(step => step.Flow.Import) < careless.Path.Max(step => step.Flow.Import) - 1_000);
    }

    [Fact]
    public void Carbon_moves_what_money_does_not()
    {
        var question = PlanCases.Question(_ => 1_200, _ => 0, _ => 0.30) with { EnergyWh = 0 };
        var prices = question.Prices with { Carbon = [.. Enumerable.Range(0, 36).Select(hour => hour < 4 ? 0.05 : 0.6)] };
        Assert.Equal(BatteryMode.SelfConsume, Planner.Make(question with { Prices = prices }).Battery);
        var green = Planner.Make(question with { Prices = prices, Weights = PlanWeights.Usual with { CarbonPrice = 1 } });
        Assert.Contains(green.Path.Take(4), step => step.Battery >= BatteryMode.GridCharge33);
    }

    [Fact]
    public void No_battery_is_no_trouble()
    {
        var plan = Planner.Make(PlanCases.Question(_ => 500, PlanCases.Sun, PlanCases.EveningPeak) with { Storage = Storage.None, EnergyWh = 0 });
        Assert.Equal(BatteryMode.SelfConsume, plan.Battery);
        Assert.Equal(0, plan.WaterValue);
        Assert.True(double.IsFinite(plan.ExpectedCost));
    }

    [Fact]
    public void Every_alternative_has_its_price_and_none_is_better()
    {
        var plan = Planner.Make(PlanCases.Question(_ => 1_200, PlanCases.Sun, PlanCases.EveningPeak));
        Assert.Equal(ModeFlow.BatteryModes, plan.BatteryCosts.Length);
        Assert.All(Enum.GetValues<BatteryMode>(), mode => Assert.True(plan.Regret(mode) >= -1e-4));
    }

    [Fact]
    public void Sun_that_is_uncertain_is_not_left_as_much_room()
    {
        var (sunny, dark) = (Hours(PlanCases.Sun), Hours(_ => 0));
        var load = Hours(_ => 800);
        var import = Hours(hour => hour % 24 < 5 ? 0.15 : 0.45);
        var certain = Planner.Make(PlanCases.Of([new(load, sunny)], import, 0.05) with { EnergyWh = 0 });
        var doubtful = Planner.Make(PlanCases.Of([new(load, sunny), new(load, dark), new(load, dark)], import, 0.05) with { EnergyWh = 0 });
        Assert.True(doubtful.Path[4].EnergyWh > certain.Path[4].EnergyWh + 1_000);
    }

    [Fact]
    public void The_same_question_gives_the_same_plan()
    {
        var question = PlanCases.Question(hour => 300 + (37 * hour), PlanCases.Sun, PlanCases.EveningPeak);
        var (one, other) = (Planner.Make(question), Planner.Make(question));
        Assert.Equal(one.BatteryCosts.AsEnumerable(), other.BatteryCosts.AsEnumerable());
        Assert.Equal(one.Path.AsEnumerable(), other.Path.AsEnumerable());
    }

    private static System.Collections.Immutable.ImmutableArray<double> Hours(Func<int, double> of) => [.. Enumerable.Range(0, 36).Select(of)];
}
