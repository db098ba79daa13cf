using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Field;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>How far the clock of the machine is believed.</summary>
public sealed class ClockJudgeTests
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(true, true, 2026, ClockTrust.Synced)]
    [InlineData(true, false, 2026, ClockTrust.Synced)]
    [InlineData(false, true, 2026, ClockTrust.Holdover)]
    [InlineData(false, false, 2026, ClockTrust.NoRtc)]
    [InlineData(true, true, 1970, ClockTrust.Unsynced)]
    [InlineData(false, true, 2025, ClockTrust.Unsynced)]
    [InlineData(true, false, 1970, ClockTrust.NoRtc)]
    [InlineData(true, true, 2081, ClockTrust.Unsynced)]
    public void Kernel_battery_and_year_together_say_it(bool isSynchronised, bool hasRtc, int year, ClockTrust expected) =>
        Assert.Equal(expected, new ClockJudge(() => new(isSynchronised, hasRtc), new SimulatedTime(new DateTimeOffset(year, 6, 1, 0, 0, 0, TimeSpan.Zero))).Look());

    [Fact]
    public void What_was_kept_once_runs_on_by_itself()
    {
        var signs = new ClockSigns(false, false);
        SimulatedTime time = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        ClockJudge judge = new(() => signs, time);
        Assert.Equal(ClockTrust.NoRtc, judge.Look());
        signs = new(true, false);
        Assert.Equal(ClockTrust.NoRtc, judge.Look()); // not asked again within 10 s
        time.Advance(Later);
        Assert.Equal(ClockTrust.Synced, judge.Look());
        signs = new(false, false);
        time.Advance(Later);
        Assert.Equal(ClockTrust.Holdover, judge.Look());
        time.StepWallClock(TimeSpan.FromDays(-365 * 10));
        time.Advance(Later);
        Assert.Equal(ClockTrust.NoRtc, judge.Look());
    }

    [Fact]
    public void A_battery_backed_clock_that_says_earlier_than_the_last_record_has_lost_time()
    {
        SimulatedTime time = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        ClockJudge judge = new(() => new(false, true), time) { NotBefore = time.Now + TimeSpan.FromHours(1) };
        Assert.Equal(ClockTrust.Unsynced, judge.Look());
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ClockTrust.Holdover, judge.Look());
    }
}
