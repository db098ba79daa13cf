using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Maps;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>A device that balances by itself is left to it: nothing is written while that is right, and a power is told at once when it is not.</summary>
public sealed class OwnModes
{
    public static TheoryData<string> Balancing => [.. Hardware.ProfileNames().Where(name => Control(name)?.ReleasesTo(NativeKind.SelfConsume) == true)];

    [Theory]
    [MemberData(nameof(Balancing))]
    public async Task A_device_nobody_asked_for_anything_else_gets_no_write_at_all(string profile)
    {
        await using var device = Battery(profile);
        device.Own = _ => NativeKind.SelfConsume;
        await device.LiveAsync(600, _ => 500);
        Assert.Empty(device.Writes);
        Assert.Equal(ControlDoubt.None, device.Doubt);
    }

    [Fact]
    public async Task A_mode_that_comes_and_goes_writes_nothing()
    {
        await using var device = Battery("sungrow-sh");
        await device.LiveAsync(30, _ => 800);
        device.Writes.Clear();
        device.Own = second => second % 50 < 45 ? NativeKind.SelfConsume : null;
        await device.LiveAsync(600, _ => 800);
        Assert.Empty(device.Writes);
        device.Own = _ => NativeKind.SelfConsume;
        var took = await device.LiveAsync(120, _ => 800, () => device.Table.Get("ems_mode").Value == 0);
        Assert.InRange(took, 55, 65);
        device.Writes.Clear();
        await device.LiveAsync(600, second => 100 + second); // what Follow would have told
        Assert.Empty(device.Writes);
        device.Own = _ => null;
        Assert.InRange(await device.LiveAsync(10, _ => 0, () => Mode(device) is (2, 0xCC, _)), 1, 2);
    }

    [Fact]
    public async Task What_a_broken_link_left_in_the_device_is_taken_back_too()
    {
        await using var device = Battery("sungrow-sh");
        await device.LiveAsync(30, _ => 800);
        device.Table.Set("forced_power", 300); // a stranger: what we sent is forgotten, and still stands there
        await device.LiveAsync(3, _ => 800);
        device.Own = _ => NativeKind.SelfConsume;
        await device.LiveAsync(90, _ => 800);
        Assert.Equal(0, device.Table.Get("ems_mode").Value);
    }

    private static (double Mode, double Command, double Watts) Mode(OneDevice device) =>
        (device.Table.Get("ems_mode").Value, device.Table.Get("command").Value, device.Table.Get("forced_power").Value);

    private static ControlDefinition? Control(string profile) =>
        Hardware.Profile(profile).Controls.FirstOrDefault(control => control.Kind == ControlKind.BatteryDischarge);

    private static OneDevice Battery(string profile) => new(profile, ControlKind.BatteryDischarge);
}
