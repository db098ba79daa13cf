using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>Devices whose fallback needs a sign of life only: an hour of an unchanged setpoint writes that sign, or nothing, and never wears the setpoint.</summary>
public sealed class KeptDevices
{
    [Theory]
    [InlineData("vestel-evc04", "alive")]
    [InlineData("webasto-next", "alive")]
    [InlineData("mennekes-amtron-compact", "heartbeat")]
    [InlineData("schneider-evlink-pro", "life_bit")]
    [InlineData("heidelberg-energy-control", null)]
    [InlineData("abb-terra-ac", null)]
    public async Task An_hour_of_one_setpoint_writes_it_once(string profile, string? sign)
    {
        await using var device = Charger(profile);
        await device.LiveAsync(3_600, _ => 10);
        Assert.Equal(1, device.WritesOf("set_current"));
        Assert.Equal(ControlDoubt.None, device.Doubt);
        Assert.NotNull(device.Session.Proof(device.Kind)!.Value.Target);
        foreach (var step in device.Control.Apply.Where(step => step.Point != sign))
            Assert.InRange(device.WritesOf(step.Point), 0, 1);
        if (sign is null)
            return;
        Assert.InRange(device.LongestGapMs(sign), 1_000, (device.Control.TimeoutMs / 3) + 1_000);
        Assert.InRange(device.WritesOf(sign), 3_600_000 / ((device.Control.TimeoutMs / 3) + 1_000), 3_600_000 / (device.Control.TimeoutMs / 3) + 2);
    }

    [Fact]
    public void Every_profile_that_names_a_sign_of_life_is_tried_above()
    {
        var kept = Maps.Hardware.ProfileNames().Where(name => Maps.Hardware.Profile(name).Controls.Any(control => control.Keep is not null)).ToArray();
        var tried = typeof(KeptDevices).GetMethod(nameof(An_hour_of_one_setpoint_writes_it_once))!.GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Select(row => (string)((InlineDataAttribute)row).GetData(null!).Single()[0]);
        Assert.Equal(kept.Order(), tried.Order());
    }

    [Fact]
    public async Task A_change_goes_out_at_once_with_its_sign_of_life()
    {
        await using var device = Charger("vestel-evc04");
        await device.LiveAsync(60, _ => 10);
        device.Writes.Clear();
        Assert.Equal(1, await device.LiveAsync(10, _ => 14, () => device.WritesOf("set_current") > 0));
        Assert.Equal(["alive", "set_current"], device.Writes.Select(write => write.Point));
        Assert.Equal(14, device.Table.Get("set_point").Value);
    }

    [Fact]
    public async Task What_is_kept_alive_is_still_read_back()
    {
        await using var device = Charger("vestel-evc04");
        await device.LiveAsync(120, _ => 10);
        Assert.Contains(device.Receipts, receipt => receipt.State == ReceiptState.Confirmed);
        device.Table.Set("set_point", 16);
        var took = await device.LiveAsync(60, _ => 10, () => device.Receipts.Any(receipt => receipt.State == ReceiptState.ForeignWriter));
        Assert.InRange(took, 1, (device.Control.TimeoutMs / 3_000) + 2);
        await device.LiveAsync(5, _ => 10); // its fallback timer is armed again first
        Assert.Equal(10, device.Table.Get("set_point").Value);
        Assert.Equal(2, device.WritesOf("set_current"));
    }

    [Fact]
    public async Task A_spent_budget_does_not_let_the_setpoint_die()
    {
        await using var device = Charger("vestel-evc04");
        await device.LiveAsync(3_600, second => second / 20 % 2 == 0 ? 10 : 12);
        Assert.Equal(ControlDoubt.BudgetSpent, device.Doubt);
        Assert.InRange(device.WritesOf("set_current"), 40, 57);
        Assert.InRange(device.LongestGapMs("alive"), 1_000, device.Control.TimeoutMs / 2);
    }

    /// <summary>Growatt's volatile set point with its minutes: refreshed before they run out, its stored authority written when armed and when handed back only.</summary>
    [Fact]
    public async Task A_set_point_with_minutes_never_runs_out_and_wears_nothing()
    {
        await using OneDevice device = new("growatt-tlxh", ControlKind.BatteryDischarge);
        foreach (var (point, value) in ((string, double)[])[("rated_power", 6_000), ("battery_discharge_w", 960), ("battery_charge_w", 0)])
            Assert.True(device.Table.Set(point, value), point);
        await device.LiveAsync(3_600, _ => 1_000);
        Assert.Equal(ControlDoubt.None, device.Doubt);
        Assert.Equal(16, device.Table.Get("remote_power").Value); // whole percents, never more than was asked
        Assert.Equal(1, device.WritesOf("authority"));
        Assert.InRange(device.WritesOf("remote_minutes"), 34, 38);
        Assert.InRange(device.LongestGapMs("remote_minutes"), 1_000, 102_000);
        Assert.True(await device.Session.ReleaseAllAsync(default));
        Assert.Equal((0, 0), (device.Table.Get("remote_on").Value, device.Table.Get("authority").Value));
        Assert.Equal(2, device.WritesOf("authority"));
    }

    /// <summary>A charger with a car at it, that shows elsewhere what the profile reads back elsewhere.</summary>
    private static OneDevice Charger(string profile)
    {
        OneDevice device = new(profile, ControlKind.EvCurrent, Answer);
        foreach (var most in (string[])["max_current_hardware", "max_current_settable"])
            if (device.Profile.IndexOf(most) >= 0)
                device.Table.Set(most, 16);
        return device;

        static void Answer(RegisterTable table, PointWritten write)
        {
            var shown = write.Name switch { "set_timeout" => "timeout_now", "set_current" => "current_limit", _ => "" };
            if (table.Device.Profile.IndexOf(shown) >= 0)
                table.Set(shown, write.Value);
        }
    }
}
