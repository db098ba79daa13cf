using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

public class SimulatedTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 6, 1, 12, 0, 0, TimeSpan.FromHours(2));
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private readonly SimulatedTime _time = new(Start);

    [Fact]
    public void Stands_still_until_told_and_then_moves_wall_clock_and_timestamp_together()
    {
        var stamp = _time.GetTimestamp();
        Assert.Equal(Start.UtcDateTime, _time.GetUtcNow().UtcDateTime);
        _time.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Equal(Start.UtcDateTime.AddMilliseconds(1500), _time.GetUtcNow().UtcDateTime);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), _time.GetElapsedTime(stamp));
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Stepping_the_wall_clock_moves_neither_timestamp_nor_timers()
    {
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        _time.StepWallClock(TimeSpan.FromHours(-3));
        Assert.Equal(Start.UtcDateTime.AddHours(-3), _time.GetUtcNow().UtcDateTime);
        Assert.Equal(0, _time.GetTimestamp());
        _time.StepWallClock(TimeSpan.FromHours(30));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, fired);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, fired);
        Assert.Equal(TimeSpan.FromHours(27), _time.WallClockStep);
    }

    [Fact]
    public void Timers_fire_in_due_order_each_at_its_own_moment()
    {
        var story = new List<string>();
        void Tell(object? name) => story.Add($"{name}@{_time.GetTimestamp() / TimeSpan.TicksPerSecond}");
        using var late = _time.CreateTimer(Tell, "late", TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var tick = _time.CreateTimer(Tell, "tick", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var early = _time.CreateTimer(Tell, "early", TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        using var tie = _time.CreateTimer(Tell, "tie", TimeSpan.FromSeconds(5), TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(1), _time.UntilNextTimer);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(["early@1", "tick@2", "tick@4", "late@5", "tie@5", "tick@6"], story);
        Assert.Equal(TimeSpan.FromSeconds(1), _time.UntilNextTimer);
    }

    [Fact]
    public void A_callback_may_arm_a_timer_that_falls_due_in_the_same_advance()
    {
        var moments = new List<long>();
        ITimer? timer = null;
        timer = _time.CreateTimer(
            _ =>
            {
                moments.Add(_time.GetTimestamp() / TimeSpan.TicksPerSecond);
                timer!.Change(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
            },
            null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal([1, 4, 7], moments);
    }

    [Fact]
    public void A_disposed_timer_is_silent_and_cannot_be_changed()
    {
        var fired = 0;
        var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        timer.Dispose();
        Assert.False(timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, fired);
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public async Task Delays_and_cancellation_wait_for_simulated_time()
    {
        var delay = Task.Delay(TimeSpan.FromHours(1), _time);
        using var stop = new CancellationTokenSource(TimeSpan.FromHours(2), _time);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(delay.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));
        await delay.WaitAsync(Guard);
        Assert.False(stop.IsCancellationRequested);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(stop.IsCancellationRequested);
    }

    [Fact]
    public async Task A_periodic_timer_ticks_once_per_period()
    {
        using var periodic = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        for (var i = 0; i < 5; i++)
        {
            var tick = periodic.WaitForNextTickAsync().AsTask();
            _time.Advance(TimeSpan.FromMilliseconds(999));
            Assert.False(tick.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(await tick.WaitAsync(Guard));
        }
    }
}
