using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Quantities;

/// <summary>Moments are UTC, whatever offset they came with.</summary>
public sealed class InstantTests
{
    [Fact]
    public void The_offset_of_the_source_is_forgotten()
    {
        var summer = new DateTimeOffset(2025, 7, 1, 12, 0, 0, TimeSpan.FromHours(2));
        Assert.Equal(Instant.From(summer), Instant.From(summer.ToUniversalTime()));
        Assert.Equal("2025-07-01T10:00:00Z", Instant.From(summer).ToString());
    }

    [Fact]
    public void Distances_are_exact_milliseconds()
    {
        var start = new Instant(-1_500);
        Assert.Equal(TimeSpan.FromMilliseconds(2_750), start + TimeSpan.FromMilliseconds(2_750) - start);
        Assert.True(start < start + TimeSpan.FromMilliseconds(1));
        Assert.Equal(start, start + TimeSpan.FromTicks(9_999));
    }
}
