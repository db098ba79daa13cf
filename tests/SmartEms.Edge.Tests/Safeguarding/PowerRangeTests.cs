using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>A range can only narrow, and remembers who narrowed it last.</summary>
public sealed class PowerRangeTests
{
    private static readonly PowerRange Wide = PowerRange.Of(W(-5_000), W(5_000), Bound.Rating);

    [Fact]
    public void A_wider_wish_changes_nothing()
    {
        Assert.Equal(Wide, Wide.AtMost(W(6_000), Bound.SocMin).AtLeast(W(-6_000), Bound.SocMax));
        Assert.Equal(Wide, Wide.AtMost(W(5_000), Bound.SocMin).AtLeast(W(-5_000), Bound.SocMax));
    }

    [Fact]
    public void Nothing_is_nothing()
    {
        var none = Wide.Nothing(Bound.UnknownReading);
        Assert.Equal((0.0, 0.0), (none.Clip(W(99)).Watts, none.Clip(W(-99)).Watts));
        Assert.Equal((Bound.UnknownReading, Bound.UnknownReading), (none.Against(W(1)), none.Against(W(-1))));
        Assert.Equal(Bound.None, none.Against(Power.Zero));
    }

    [Fact]
    public void An_empty_range_takes_its_high_side() =>
        Assert.Equal(-100, Wide.AtLeast(W(200), Bound.SocMin).AtMost(W(-100), Bound.SocMax).Clip(W(500)).Watts);

    [Theory]
    [InlineData(9_999, 631.8, 631)]
    [InlineData(631.7, 631.8, 631)]
    [InlineData(631.2, 631.8, 631)]
    [InlineData(0.6, 0.7, 0)]
    [InlineData(500.5, 631.8, 501)]
    public void Whole_watts_stay_inside(double wanted, double max, double expected)
    {
        Assert.Equal(expected, PowerRange.Of(W(-max), W(max), Bound.Rating).ClipToWhole(W(wanted)).Watts);
        Assert.Equal(-expected, PowerRange.Of(W(-max), W(max), Bound.Rating).ClipToWhole(W(-wanted)).Watts);
    }

    [Fact]
    public void Every_bound_has_a_source_and_words()
    {
        foreach (var bound in Enum.GetValues<Bound>())
        {
            Assert.Equal(bound == Bound.None, BoundSources.Of(bound) == "none");
            Assert.Equal(bound == Bound.None, Core.Deciding.Reasons.Words(bound) == "nothing");
        }
    }

    private static Power W(double watts) => Power.FromWatts(watts);
}
