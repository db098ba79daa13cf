using SmartEms.Edge.Core.Safeguarding;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>The judge of demos, simulations and storms. A limit may stand exceeded for 10 s and one look, counted while something could be done.</summary>
public sealed class LimitWatchTests
{
    [Theory]
    [InlineData("11 over", 0, 0)]
    [InlineData("12 over", 1, 0)]
    [InlineData("11 over, 1 inside, 11 over", 0, 0)]
    [InlineData("12 unmet", 0, 1)]
    [InlineData("9 unmet, 4 over", 0, 1)] // a device answers again and is brought down
    [InlineData("9 unmet, 12 over", 1, 1)]
    [InlineData("6 over, 9 unmet, 5 over", 0, 1)]
    [InlineData("6 over, 9 unmet, 6 over", 1, 1)] // the time stood still, it did not begin anew
    [InlineData("40 over, 1 inside, 12 over", 2, 0)]
    public void An_excess_counts_while_something_could_be_done(string story, int violations, int unmeetable)
    {
        var site = Given.Site();
        var watch = new LimitWatch(site);
        foreach (var part in story.Split(", "))
            for (var second = 0; second < int.Parse(part.Split(' ')[0]); second++)
                watch.Look(Given.Image(site, part.EndsWith("inside", StringComparison.Ordinal) ? 0 : -8_100), 1, part.EndsWith("unmet", StringComparison.Ordinal));
        Assert.Equal((violations, unmeetable), (watch.Violations, watch.Unmeetable));
    }

    [Fact]
    public void No_finding_excuses_a_battery_beyond_its_bounds()
    {
        var site = Given.Site();
        var watch = new LimitWatch(site);
        var image = Given.Image(site) with { Batteries = [Given.Cells(500, 0.05)] };
        for (var second = 0; second < 12; second++)
            watch.Look(image, 1, isUnmet: true);
        Assert.Equal((1, Bound.SocMin), (watch.Violations, watch.WorstBound));
    }

    [Fact]
    public void It_tells_the_longest_excess_and_the_longest_that_could_be_helped()
    {
        var site = Given.Site();
        var watch = new LimitWatch(site);
        for (var second = 0; second < 20; second++)
            watch.Look(Given.Image(site, 10_100), 1, isUnmet: second < 15);
        Assert.Equal((20.0, 5.0, Bound.ImportLimit), (watch.WorstSeconds, watch.LongestReaction, watch.WorstBound));
    }
}
