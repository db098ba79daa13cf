using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

public sealed class HoldJournalTests
{
    [Fact]
    public async Task A_line_is_durable_before_the_first_forced_write_and_goes_with_the_release()
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 3_000);
        var kept = new List<(int Lines, long Writes)>();
        house.Holds.Keep = (_, lines) =>
        {
            kept.Add((lines.Length, house.Writes));
            return Task.CompletedTask;
        };
        await house.LiveAsync(5);
        Assert.True(house.Writes > 0);
        Assert.Contains(kept, line => line is { Lines: 1, Writes: 0 }); // on disk before anything was written at all
        Assert.NotEmpty(house.Holds.Lines);
        foreach (var session in house.Layer.Sessions)
            Assert.True(session.Profile.Controls.IsEmpty || await session.ReleaseAllAsync(default));
        Assert.Empty(house.Holds.Lines);
        Assert.Equal(0, kept[^1].Lines);
    }

    [Fact]
    public async Task What_a_crashed_run_has_left_held_is_handed_back_before_anything_new_is_asked()
    {
        var left = new List<string>();
        await using var house = await KeptHouse.StartAsync(loadWatts: 3_000, holds: site => [.. site.Batteries.Select(battery =>
            new Hold(site.Devices[battery.Device].Name, "tcp://somewhere", ControlKind.BatteryDischarge, default, []))]);
        Assert.NotEmpty(house.Holds.Lines);
        var first = house.Holds.Lines[0];
        house.Holds.Keep = (_, lines) =>
        {
            left.Add(string.Join(' ', lines.Where(line => line.Since == default).Select(line => line.Device)));
            return Task.CompletedTask;
        };
        await house.LiveAsync(6);
        Assert.Contains("", left); // the old line is gone
        Assert.DoesNotContain(house.Holds.Lines, line => line.Since == default);
        Assert.Contains(house.Holds.Lines, line => line.Device == first.Device); // and control goes on, under a line of its own
    }

    [Fact]
    public void Lines_survive_the_wire()
    {
        Hold[] lines = [new("inv1", "tcp://10.0.0.1:502#1", ControlKind.BatteryDischarge, new(1_750_000_000_000), [new("setpoint", -3_000), new("mode", 4)])];
        var back = HoldWire.FromBytes(HoldWire.ToBytes([.. lines]));
        Assert.Equal(lines[0] with { Before = [] }, back[0] with { Before = [] });
        Assert.Equal(lines[0].Before, back[0].Before.AsEnumerable());
        Assert.Throws<InvalidDataException>(() => HoldWire.FromBytes(HoldWire.ToBytes([.. lines]).AsSpan(0, 20)));
    }
}
