using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Quantities;

/// <summary>The quarter-hour grid is UTC's alone.</summary>
public sealed class SlotTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(899_999, 0)]
    [InlineData(900_000, 1)]
    [InlineData(-1, -1)]
    [InlineData(-900_000, -1)]
    [InlineData(-900_001, -2)]
    public void A_moment_lies_in_one_slot_also_before_1970(long milliseconds, long index)
    {
        var slot = Slot.Of(new(milliseconds));
        Assert.Equal(index, slot.Index);
        Assert.True(slot.Start <= new Instant(milliseconds) && new Instant(milliseconds) < slot.End);
    }

    [Fact]
    public void Slots_meet_without_gap()
    {
        for (var index = -200_000L; index < 200_000; index += 997)
        {
            Assert.Equal(new Slot(index).End, new Slot(index).Next.Start);
            Assert.Equal(new Slot(index), Slot.Of(new Slot(index).Start));
            Assert.Equal(new Slot(index), Slot.Of(new(new Slot(index).End.UnixMilliseconds - 1)));
        }
    }

    /// <summary>Europe/Berlin: 2025-03-30 has 23 hours, 2025-10-26 has 25. The grid only ever counts UTC.</summary>
    [Theory]
    [InlineData("2025-03-30T00:00+01:00", "2025-03-31T00:00+02:00", 92)]
    [InlineData("2025-10-26T00:00+02:00", "2025-10-27T00:00+01:00", 100)]
    [InlineData("2025-06-15T00:00+02:00", "2025-06-16T00:00+02:00", 96)]
    public void Local_days_of_any_length_are_whole_slots(string midnight, string next, int slots) =>
        Assert.Equal(slots, At(next).Index - At(midnight).Index);

    [Fact]
    public void The_repeated_hour_has_slots_of_its_own() =>
        Assert.Equal(4, At("2025-10-26T02:30+01:00").Index - At("2025-10-26T02:30+02:00").Index);

    [Fact]
    public void It_is_written_as_its_start_in_utc() => Assert.Equal("2025-10-26T00:30:00Z", At("2025-10-26T02:44:59+02:00").ToString());

    private static Slot At(string moment) => Slot.Of(Instant.From(DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture)));
}
