using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>A device that says of itself that it is not set up for control gets nothing written, and a person is told what to change.</summary>
public sealed class HinderedDevices
{
    [Theory]
    [InlineData(1, 2, "byte_order is 1 and must be 0", "low word first")]
    [InlineData(0, 0, "battery_management is 0 and must be 2", "external battery control")]
    [InlineData(0, 1, "battery_management is 1 and must be 2", "external battery control")]
    public async Task Nothing_is_written_and_the_setting_is_named(double byteOrder, double management, string what, string remedy)
    {
        await using var device = Kostal(byteOrder, management);
        await device.LiveAsync(120, _ => 1_000);
        Assert.Empty(device.Writes);
        Assert.Equal(ControlDoubt.NotAllowed, device.Doubt);
        var told = Assert.Single(device.Receipts);
        Assert.Equal(ReceiptState.Failed, told.State);
        Assert.Contains(what, told.Note, StringComparison.Ordinal);
        Assert.Contains(remedy, told.Note, StringComparison.Ordinal);
        Assert.False(await device.Session.ReleaseAllAsync(default));
        Assert.Empty(device.Writes);
    }

    [Fact]
    public async Task Set_up_rightly_it_is_controlled_and_the_doubt_is_taken_back()
    {
        await using var device = Kostal(1, 2);
        await device.LiveAsync(30, _ => 1_000);
        Assert.Equal(ControlDoubt.NotAllowed, device.Doubt);
        device.Table.Set("byte_order", 0);
        Assert.InRange(await device.LiveAsync(60, _ => 1_000, () => device.Writes.Count > 0), 1, 5);
        Assert.Equal(1_000, device.Table.Get("battery_setpoint").Value);
        Assert.Equal(ControlDoubt.None, device.Doubt);
    }

    [Fact]
    public async Task Turned_round_in_the_middle_it_is_left_alone_within_two_rounds()
    {
        await using var device = Kostal(0, 2);
        await device.LiveAsync(60, second => second * 100);
        Assert.NotEmpty(device.Writes);
        device.Table.Set("byte_order", 1);
        await device.LiveAsync(2, second => 5_000 + (second * 100));
        device.Writes.Clear();
        await device.LiveAsync(60, second => second * 100);
        Assert.Empty(device.Writes);
        Assert.Equal(ControlDoubt.NotAllowed, device.Doubt);
    }

    private static OneDevice Kostal(double byteOrder, double management)
    {
        OneDevice device = new("kostal-plenticore", ControlKind.BatteryDischarge);
        Assert.True(device.Table.Set("byte_order", byteOrder));
        Assert.True(device.Table.Set("battery_management", management));
        return device;
    }
}
