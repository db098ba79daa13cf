using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Running;

/// <summary>T1, T4: whatever the wall clock does, no quarter-hour is decided twice, none is caught up with, and the devices are kept.</summary>
public sealed class ClockStepTests(ITestOutputHelper story)
{
    private const int Quarter = 900;
    private static readonly Asker Anna = new("anna (1000)", "test");

    [Theory]
    [InlineData("-5 h", -5.0)]
    [InlineData("-30 min", -0.5)]
    [InlineData("-20 s", -20.0 / 3600)]
    [InlineData("+5 h", 5.0)]
    [InlineData("+10 years", 87_600.0)]
    [InlineData("1970", -498_000.0)]
    public async Task T1_a_step_decides_no_slot_twice_and_catches_up_with_none(string name, double hours)
    {
        await using var house = await TimedHouse.StartAsync();
        await house.LiveAsync(4 * Quarter + 300);
        var before = house.Now.Cycles;
        house.Time.StepWallClock(TimeSpan.FromHours(hours));
        for (var minute = 0; minute < 60; minute++)
        {
            await house.LiveAsync(60);
            Assert.DoesNotContain(house.Now.Findings, finding => finding.Code == FindingCode.DecisionLeaseExpired);
        }
        var slots = await house.SlotsAsync();
        Assert.Equal(slots.Distinct(), slots);
        Assert.Equal(0, house.Reversions);
        var decided = house.Now.Cycles - before;
        story.WriteLine($"{name}: {decided} slots decided in the hour after, {slots.Length} in all, each once; no device fell back");
        Assert.InRange(decided, hours is < 0 and > -1 ? 2 : 4, 5);
        Assert.Equal(TimeSpan.FromHours(hours).TotalSeconds, ClockStep.FromBytes(Assert.Single(await house.LedgerAsync(LedgerKind.ClockStep)).Body).By.TotalSeconds, 1.0);
    }

    [Fact]
    public async Task T1_forth_and_back_leaves_what_was_decided_decided()
    {
        await using var house = await TimedHouse.StartAsync();
        await house.LiveAsync(2 * Quarter);
        foreach (var hours in (double[])[5, -5, 1, -1, 5, -5])
        {
            house.Time.StepWallClock(TimeSpan.FromHours(hours));
            await house.LiveAsync(300);
        }
        await house.LiveAsync(4 * Quarter);
        var slots = await house.SlotsAsync();
        Assert.Equal(slots.Distinct(), slots);
        story.WriteLine($"six steps: {slots.Length} slots, each once");
    }

    [Fact]
    public async Task T1_a_restart_under_a_clock_that_lost_time_decides_nothing_anew()
    {
        using var folder = new StoreFolder();
        await using var house = await TimedHouse.StartAsync(folder.File);
        await house.LiveAsync(5 * Quarter);
        var before = (await house.SlotsAsync()).Length;
        house.Time.StepWallClock(TimeSpan.FromMinutes(-45));
        house.Signs = new(false, true);
        await house.RestartAsync();
        await house.LiveAsync(2 * Quarter);
        Assert.Equal(before, (await house.SlotsAsync()).Length);
        Assert.Equal(ClockTrust.Unsynced, house.Now.Image.Box.Clock);
        Assert.Contains(house.Now.Findings, finding => finding.Code == FindingCode.ClockNotTrusted);
        Assert.NotNull(house.Now.Decision);
        await house.LiveAsync(3 * Quarter);
        var slots = await house.SlotsAsync();
        Assert.True(slots.Length > before);
        Assert.Equal(slots.Distinct(), slots);
    }

    [Fact]
    public async Task T3_two_hours_without_the_time_are_put_right_once_it_is_set()
    {
        using var folder = new StoreFolder();
        await using var house = await TimedHouse.StartAsync(folder.File, new(false, false));
        var lost = TimeSpan.FromDays(37) + TimeSpan.FromMinutes(11);
        await house.LiveAsync(8 * Quarter);
        Assert.Equal(ClockTrust.NoRtc, house.Now.Image.Box.Clock);
        var set = house.Time.Now;
        house.Time.StepWallClock(lost);
        house.Signs = new(true, false);
        await house.LiveAsync(2 * Quarter);
        Assert.Equal(ClockTrust.Synced, house.Now.Image.Box.Clock);
        var entries = await house.AllAsync();
        var moments = Rebased.Moments(entries);
        var step = Array.FindIndex([.. entries], entry => entry.Kind == LedgerKind.ClockStep);
        var worst = TimeSpan.Zero;
        for (var i = 0; i < moments.Length; i++)
        {
            var really = entries[i].At <= set ? entries[i].At + lost : entries[i].At;
            worst = (moments[i] - really).Duration() > worst ? (moments[i] - really).Duration() : worst;
            if (i > 0)
                Assert.True(moments[i - 1] - moments[i] < TimeSpan.FromSeconds(1), $"entry {i} ({entries[i].Kind}, {moments[i]}) stands before the one before it ({entries[i - 1].Kind}, {moments[i - 1]}); the step is entry {step}");
        }
        story.WriteLine($"{step} entries of two hours without the time put right by {lost}: order kept, worst error {worst.TotalMilliseconds:0} ms; {moments.Length - step} after it");
        Assert.True(step > 8 && worst <= TimeSpan.FromSeconds(1), $"worst {worst}");
        await house.RestartAsync(); // all that was in hand is stored
        var rows = house.Telemetry($"{Simulation.House.Meter}/");
        var began = set + lost + TimeSpan.FromSeconds(-8 * Quarter);
        Assert.All(rows, row => Assert.InRange(row.UnixMilliseconds, began.UnixMilliseconds - 1_000, house.Time.Now.UnixMilliseconds));
        Assert.True(rows.Length >= 10 * Quarter / 10, $"{rows.Length} rows of ten quarter-hours");
        for (var i = 1; i < rows.Length; i++)
            Assert.InRange(rows[i].UnixMilliseconds - rows[i - 1].UnixMilliseconds, 10_000 - 1_000, 60_000);
        story.WriteLine($"telemetry: {rows.Length} rows of one point from {rows[0]} to {rows[^1]}, none at a stamp of before");
    }

    [Fact]
    public async Task T4_after_a_sleep_nothing_old_is_believed_and_control_goes_on()
    {
        await using var house = await TimedHouse.StartAsync();
        await house.LiveAsync(Quarter + 300);
        await house.Orders.SetAsync("battery", "1kW", TimeSpan.FromMinutes(15), Anna);
        var before = house.Now.Cycles;
        house.Sleep(TimeSpan.FromHours(2));
        await house.Daemon.FollowOnceAsync(); // before any device has been asked again
        Assert.False(house.Now.Image.Grid.Import.IsKnown, "a reading from before the sleep is believed");
        Assert.Contains(house.Now.Findings, finding => finding.Code == FindingCode.GridMeterUnknown);
        Assert.Equal(0, house.Now.Setpoints!.Batteries[0].Discharge.Watts);
        Assert.True(house.Now.Image.Orders.IsEmpty, "a lease has outlived the sleep");
        await house.LiveAsync(60);
        Assert.True(house.Now.Image.IsComplete);
        Assert.Equal(before + 1, house.Now.Cycles);
        story.WriteLine($"two hours asleep: blind on waking, whole again after one round, {house.Now.Cycles - before} slot decided");
        await house.LiveAsync(2 * Quarter);
        Assert.Equal(before + 3, house.Now.Cycles);
    }

    [Fact]
    public async Task A_device_whose_own_clock_is_off_is_told_of_while_ours_is_trusted()
    {
        await using var house = await TimedHouse.StartAsync(signs: new(false, false));
        await house.LiveAsync(120);
        Assert.InRange(house.Now.ClocksAhead[1]!.Value.TotalSeconds, -1, 1);
        Assert.Null(house.Now.ClocksAhead[0]);
        var shown = (uint)((house.Time.Now - Instant.From(new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))).TotalSeconds + 300);
        house.Devices.SetRaw(Simulation.House.Inverter, "device_time", (ushort)(shown >> 16), (ushort)(shown & 0xFFFF));
        await house.LiveAsync(60);
        Assert.InRange(house.Now.ClocksAhead[1]!.Value.TotalSeconds, 239, 300);
        Assert.DoesNotContain(house.Now.Findings, finding => finding.Code == FindingCode.DeviceClockOff); // who of the two is wrong nobody knows
        house.Signs = new(true, false);
        await house.LiveAsync(30);
        var off = Assert.Single(house.Now.Findings, finding => finding.Code == FindingCode.DeviceClockOff);
        Assert.Equal((Subject.Device, 1), (off.Subject, off.Index));
        Assert.InRange(off.Value, 200, 300);
    }

    /// <summary>P1: between two decisions nobody can tell a hanging cycle from a waiting one; a minute after its time everybody can.</summary>
    [Fact]
    public async Task P1_a_cycle_that_hangs_makes_the_daemon_unhealthy_a_minute_after_its_time()
    {
        await using var house = await TimedHouse.StartAsync();
        await house.LiveAsync(60);
        Assert.True(house.Daemon.IsHealthy);
        house.IsCycleStuck = true;
        await house.LiveAsync(Quarter - 60);
        Assert.True(house.Daemon.IsHealthy);
        await house.LiveAsync(90);
        Assert.False(house.Daemon.IsHealthy);
        await house.LiveAsync(Quarter / 2);
        Assert.Contains(house.Now.Findings, finding => finding.Code == FindingCode.DecisionLeaseExpired);
        house.IsCycleStuck = false;
        await house.LiveAsync(10);
        Assert.True(house.Daemon.IsHealthy);
    }

    [Fact]
    public async Task While_the_clock_is_doubted_what_tightens_is_taken_and_what_relaxes_refused()
    {
        await using var house = await TimedHouse.StartAsync(signs: new(false, false));
        await house.LiveAsync(20);
        var refused = await house.Orders.SetAsync("battery", "1kW", TimeSpan.FromMinutes(15), Anna);
        Assert.Equal("clock_not_trusted", refused.Code);
        Assert.Contains("timedatectl", refused.Remedy, StringComparison.Ordinal);
        Assert.Equal("clock_not_trusted", (await house.Orders.SetAsync("ev", "full", TimeSpan.FromMinutes(15), Anna)).Code);
        Assert.True((await house.Orders.SetAsync("battery", "idle", TimeSpan.FromMinutes(15), Anna)).IsTaken);
        Assert.True((await house.Orders.SetAsync("ev", "off", TimeSpan.FromMinutes(15), Anna)).IsTaken);
        Assert.True((await house.Orders.LimitAsync(Core.Describing.ConstraintDirection.Import, 4_200, TimeSpan.FromMinutes(15), Anna)).IsTaken);
        Assert.Equal("clock_not_trusted", (await house.Orders.ReleaseAsync(null, Anna)).Code);
        house.Signs = new(true, false);
        await house.LiveAsync(30);
        Assert.DoesNotContain(house.Now.Findings, finding => finding.Code == FindingCode.ClockNotTrusted);
        Assert.True((await house.Orders.ReleaseAsync(null, Anna)).IsTaken);
        Assert.True((await house.Orders.SetAsync("battery", "1kW", TimeSpan.FromMinutes(15), Anna)).IsTaken);
    }
}
