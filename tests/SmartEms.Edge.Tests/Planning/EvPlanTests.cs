using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using Xunit;

namespace SmartEms.Edge.Tests.Planning;

/// <summary>A car is planned together with the battery: full when it leaves, cheap until then.</summary>
public class EvPlanTests
{
    private static PlanQuestion With(EvNeed ev, Func<int, double> import) => PlanCases.Question(_ => 500, _ => 0, import) with { Storage = Storage.None, EnergyWh = 0, Ev = ev };

    [Fact]
    public void It_waits_for_the_cheap_hours_and_leaves_full()
    {
        var plan = Planner.Make(With(new(12_000, 1_400, 11_000, EvNeed.LeavesAfter(9)), hour => hour is 5 or 6 ? 0.10 : 0.40));
        Assert.All(plan.Path.Take(5), step => Assert.Equal(0, step.Flow.Ev));
        Assert.Equal(0, plan.Path[9].EvNeedWh, 3);
        Assert.Equal(12_000, plan.Path[5].Flow.Ev + plan.Path[6].Flow.Ev, 3);
    }

    [Fact]
    public void Without_time_to_wait_it_charges_at_once()
    {
        var plan = Planner.Make(With(new(20_000, 1_400, 11_000, EvNeed.LeavesAfter(1)), hour => hour == 0 ? 0.60 : 0.10));
        Assert.Equal(EvMode.Full, plan.Ev);
    }

    [Fact]
    public void Where_all_hours_cost_the_same_it_charges_soon() =>
        Assert.Equal(EvMode.Full, Planner.Make(With(new(8_000, 1_400, 11_000, EvNeed.LeavesAfter(12)), _ => 0.30)).Ev);

    [Fact]
    public void A_departure_that_may_come_any_time_is_not_waited_for()
    {
        static double Import(int hour) => hour is 5 or 6 ? 0.28 : 0.30;
        Assert.Equal(0, Planner.Make(With(new(8_000, 1_400, 11_000, EvNeed.LeavesAfter(9)), Import)).Path[0].Flow.Ev);
        Assert.Equal(EvMode.Full, Planner.Make(With(new(8_000, 1_400, 11_000, [.. Enumerable.Repeat(0.2, 36)]), Import)).Ev);
    }

    [Fact]
    public void Surplus_goes_into_the_car_when_it_stays_long_enough()
    {
        var question = PlanCases.Question(_ => 500, hour => hour is >= 9 and < 16 ? 5_000 : 0, _ => 0.35) with
        {
            Storage = Storage.None, EnergyWh = 0, Ev = new(15_000, 1_400, 11_000, EvNeed.LeavesAfter(20)),
        };
        var plan = Planner.Make(question);
        Assert.Equal(0, plan.Path[0].Flow.Ev);
        Assert.Equal(0, plan.Path[20].EvNeedWh, 1);
        Assert.All(plan.Path.Where(step => step.Flow.Ev > 0), step => Assert.True(step.Flow.Import < 600));
    }

    [Fact]
    public void The_import_limit_slows_the_car()
    {
        var question = With(new(10_000, 1_400, 11_000, EvNeed.LeavesAfter(5)), _ => 0.30) with { Terms = [StepTerms.Free with { ImportMax = 4_000 }] };
        Assert.All(Planner.Make(question).Path, step => Assert.True(step.Flow.Import <= 4_000 + 1e-6));
    }

    [Fact]
    public void Battery_and_car_are_priced_together()
    {
        var plan = Planner.Make(PlanCases.Question(_ => 500, PlanCases.Sun, PlanCases.EveningPeak) with { Ev = new(10_000, 1_400, 11_000, EvNeed.LeavesAfter(7)) });
        Assert.Equal(ModeFlow.EvModes, plan.EvCosts.Length);
        Assert.Equal(plan.EvCosts.Min(), plan.BatteryCosts.Min(), 9);
        Assert.Equal(0, plan.Path[7].EvNeedWh, 3);
    }
}
