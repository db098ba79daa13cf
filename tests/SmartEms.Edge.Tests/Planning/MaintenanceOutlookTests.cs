using SmartEms.Edge.Core.Planning;
using Xunit;

namespace SmartEms.Edge.Tests.Planning;

/// <summary>Work on the battery is cheapest when the battery would have rested anyway.</summary>
public class MaintenanceOutlookTests
{
    private static readonly PlanQuestion Question = PlanCases.Question(_ => 1_200, _ => 0, PlanCases.EveningPeak) with { EnergyWh = 5_000 };

    [Fact]
    public void The_evening_peak_is_the_dearest_time()
    {
        var costs = MaintenanceOutlook.Costs(Question, 4);
        Assert.Equal(33, costs.Length);
        Assert.Equal(17, Enumerable.Range(0, costs.Length).MaxBy(begin => costs[begin]));
        Assert.True(costs[17] > costs[MaintenanceOutlook.Cheapest(costs)] + 0.5);
    }

    [Fact]
    public void The_cheapest_time_is_the_first_of_the_cheapest() => Assert.Equal(1, MaintenanceOutlook.Cheapest([0.4, 0.1, 0.3, 0.1]));

    [Fact]
    public void No_window_is_longer_than_the_outlook() => Assert.Throws<ArgumentOutOfRangeException>(() => MaintenanceOutlook.Costs(Question, 37));
}
