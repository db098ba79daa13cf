using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Recording;

public sealed class ClockWatchTests
{
    private const long Noon = 1_795_000_000_000;

    [Theory]
    [InlineData(18_000_000)]
    [InlineData(-18_000_000)]
    [InlineData(1_000)]
    [InlineData(-1_795_000_000_000)]
    public void A_step_is_told_once_with_both_times(long stepMs)
    {
        var watch = new ClockWatch();
        Assert.Null(watch.Look(new(Noon), 5_000));
        Assert.Null(watch.Look(new(Noon + 1_000), 6_000));

        Assert.Equal(new ClockStep(new(Noon + 2_000), new(Noon + 2_000 + stepMs)), watch.Look(new(Noon + 2_000 + stepMs), 7_000));
        Assert.Null(watch.Look(new(Noon + 3_000 + stepMs), 8_000));
    }

    [Fact]
    public void A_slew_of_500_ppm_over_a_day_is_no_step()
    {
        var watch = new ClockWatch();
        for (var second = 0L; second < 86_400; second++)
            Assert.Null(watch.Look(new(Noon + (second * 1_000) + (second / 2)), second * 1_000));
    }

    [Fact]
    public void A_step_survives_its_bytes()
    {
        var step = new ClockStep(new(Noon), new(Noon - 3_600_000));

        Assert.Equal(step, ClockStep.FromBytes(step.ToBytes()));
        Assert.Equal(TimeSpan.FromHours(-1), step.By);
        Assert.Throws<InvalidDataException>(() => ClockStep.FromBytes(step.ToBytes().AsSpan(0, 5)));
        Assert.Throws<InvalidDataException>(() => ClockStep.FromBytes([9, .. step.ToBytes().AsSpan(1)]));
    }
}
