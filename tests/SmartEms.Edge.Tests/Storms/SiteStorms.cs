using SmartEms.Edge.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Storms;

/// <summary>Whole sites in storms; the bench does a thousand years of them, here are some months, on seeds of their own.</summary>
public sealed class SiteStorms(ITestOutputHelper story)
{
    [Theory]
    [InlineData(10_001)]
    [InlineData(10_002)]
    [InlineData(10_003)]
    [InlineData(10_004)]
    [InlineData(10_005)]
    [InlineData(10_006)]
    public void A_month_of_storms_breaks_nothing(ulong seed)
    {
        var result = new Storm(seed, 30).Run();
        story.WriteLine($"{result.Steps} steps, {result.FineSteps} of 1 s, {result.Strikes} faults, {result.Restarts} restarts, {result.ClockSteps} clock steps, {result.Contactors.Switches} phase changes, worst {result.Limits.WorstSeconds} s {result.Limits.WorstBound}");
        Assert.True(result.Judge.IsClean, $"seed {seed}: {result.Judge.First}");
        Assert.True(result.Contactors.IsClean, $"seed {seed}: of {result.Contactors.Switches} phase changes {result.Contactors.UnderCurrent} under current, {result.Contactors.TooSoon} too soon, {result.Contactors.TooMany} too many");
        Assert.True(result.Limits.Violations == 0, $"seed {seed}: {result.Limits.Violations} limits broken, worst {result.Limits.WorstSeconds} s of {result.Limits.WorstBound}");
        Assert.Equal(0, result.RestartChanges);
        Assert.True(result.Strikes > 60 && result.Restarts > 3 && result.FineSteps > 5_000, "a storm in which nothing happens proves nothing");
    }

    [Fact]
    public void The_same_seed_is_the_same_storm()
    {
        var (one, other) = (new Storm(10_001, 5).Run(), new Storm(10_001, 5).Run());
        Assert.Equal((one.Steps, one.Strikes, one.Decisions, one.Limits.WorstSeconds), (other.Steps, other.Strikes, other.Decisions, other.Limits.WorstSeconds));
    }

    [Fact]
    public void Twenty_thousand_wild_policies_move_nothing_out_of_bounds()
    {
        var (violations, first) = WildPolicies.Judge(500_000, 20_000);
        Assert.True(violations == 0, $"{violations}: {first}");
    }
}
