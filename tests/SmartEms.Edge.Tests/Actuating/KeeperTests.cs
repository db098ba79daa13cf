using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Actuating;

/// <summary>A device hears from us at once on change, at a third of its timeout otherwise, and never after the lease.</summary>
public sealed class KeeperTests
{
    private static Keeper Keeper(int timeoutMs = 60_000, double deadBand = 0) =>
        new(new(ControlKind.BatteryDischarge, []) { TimeoutMs = timeoutMs, DeadBand = deadBand });

    [Fact]
    public void Nothing_is_said_before_anything_is_approved()
    {
        var keeper = Keeper();
        Assert.Null(keeper.Due(0));
        Assert.True(keeper.IsExpired(0));
        Assert.Null(keeper.LastSent);
    }

    [Fact]
    public void The_first_approval_is_due_at_once_even_when_it_is_zero()
    {
        var keeper = Keeper();
        keeper.Approve(0, nowMs: 1_000, leaseMs: 5_000);
        Assert.Equal(0, keeper.Due(1_000));
    }

    [Theory]
    [InlineData(60_000, 19_999, false)]
    [InlineData(60_000, 20_000, true)]
    [InlineData(10_000, 3_332, false)]
    [InlineData(10_000, 3_333, true)]
    [InlineData(0, 1_000_000, false)]
    public void An_unchanged_target_is_repeated_at_a_third_of_the_timeout(int timeoutMs, long afterMs, bool due)
    {
        var keeper = Keeper(timeoutMs);
        keeper.Approve(500, 0, 10_000_000);
        keeper.Sent(500, 0);
        Assert.Equal(due ? 500 : null, keeper.Due(afterMs));
    }

    [Fact]
    public void A_device_that_hears_us_every_second_is_never_silent_for_half_its_timeout()
    {
        foreach (var timeout in new[] { 3_000, 10_000, 60_000 })
        {
            var keeper = Keeper(timeout);
            var last = 0L;
            for (var now = 0L; now < 10 * timeout; now += 1_000)
            {
                keeper.Approve(100, now, 30_000);
                if (keeper.Due(now) is not { } value)
                    continue;
                keeper.Sent(value, now);
                Assert.True(now - last <= (timeout / 3) + 1_000);
                last = now;
            }
            Assert.True(last > 9 * timeout);
        }
    }

    [Fact]
    public void Nothing_is_repeated_once_the_lease_is_over()
    {
        var keeper = Keeper();
        keeper.Approve(500, nowMs: 0, leaseMs: 30_000);
        keeper.Sent(500, 0);
        Assert.Equal(500, keeper.Due(29_999));
        Assert.Null(keeper.Due(30_000));
        Assert.True(keeper.IsExpired(30_000));
        Assert.False(keeper.IsExpired(29_999));
        keeper.Approve(500, 40_000, 30_000);
        Assert.Equal(500, keeper.Due(40_000));
    }

    [Theory]
    [InlineData(1_000, 1_050, false)]
    [InlineData(1_000, 1_050.1, true)]
    [InlineData(1_000, 949.9, true)]
    [InlineData(-1_000, -1_050, false)]
    [InlineData(30, 0, true)]
    [InlineData(-30, 0, true)]
    [InlineData(0, 30, false)]
    [InlineData(0, 0, false)]
    public void Changes_inside_the_dead_band_are_silent_but_zero_is_always_said(double sent, double wanted, bool due)
    {
        var keeper = Keeper(deadBand: 50);
        keeper.Approve(sent, 0, 100_000);
        keeper.Sent(sent, 0);
        keeper.Approve(wanted, 1_000, 100_000);
        Assert.Equal(due ? wanted : null, keeper.Due(1_000));
    }

    [Fact]
    public void A_slow_drift_is_measured_from_what_the_device_last_heard()
    {
        var keeper = Keeper(timeoutMs: 0, deadBand: 50);
        keeper.Approve(1_000, 0, 100_000);
        keeper.Sent(1_000, 0);
        var writes = 0;
        for (var i = 1; i <= 30; i++)
        {
            keeper.Approve(1_000 + (10 * i), i * 1_000, 100_000);
            if (keeper.Due(i * 1_000) is not { } value)
                continue;
            keeper.Sent(value, i * 1_000);
            writes++;
        }
        Assert.Equal(5, writes);
        Assert.Equal(1_300, keeper.LastSent);
    }

    [Fact]
    public void A_forgotten_device_is_told_again()
    {
        var keeper = Keeper(timeoutMs: 0);
        keeper.Approve(500, 0, 100_000);
        keeper.Sent(500, 0);
        Assert.Null(keeper.Due(1_000));
        keeper.Forget();
        Assert.Equal(500, keeper.Due(1_000));
    }

    [Theory]
    [InlineData(10, true, 9_999, null)]
    [InlineData(10, true, 10_000, 10d)] // unchanged, at a third of the timeout
    [InlineData(10.4, true, 10_000, 10d)] // inside the dead band: what stands is kept
    [InlineData(12, true, 10_000, null)] // a change goes out instead
    [InlineData(12, false, 10_000, 10d)] // it cannot be written now: what stands is kept
    [InlineData(8, false, 10_000, null)] // less is wanted and cannot be written: the device's own fallback is safer than keeping more
    [InlineData(10, true, 30_000, null)] // the lease is over
    public void A_sign_of_life_keeps_what_stands(double wanted, bool mayChange, long afterMs, double? kept)
    {
        var keeper = new Keeper(new(ControlKind.EvCurrent, []) { TimeoutMs = 30_000, DeadBand = 0.5, Keep = [] });
        Assert.Null(keeper.KeepDue(100_000, mayChange));
        keeper.Approve(10, 0, 30_000);
        Assert.Null(keeper.KeepDue(20_000, mayChange)); // nothing has been sent yet
        keeper.Sent(10, 0);
        keeper.Approve(wanted, 0, 30_000);
        Assert.Equal(kept, keeper.KeepDue(afterMs, mayChange));
    }

    [Fact]
    public void Without_a_sign_of_life_the_whole_setpoint_is_repeated()
    {
        var keeper = Keeper(30_000);
        keeper.Approve(10, 0, 30_000);
        keeper.Sent(10, 0);
        Assert.Null(keeper.KeepDue(20_000, mayChange: true));
        Assert.Equal(10, keeper.Due(20_000));
    }
}
