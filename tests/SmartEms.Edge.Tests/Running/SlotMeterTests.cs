using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;
using Xunit;

namespace SmartEms.Edge.Tests.Running;

/// <summary>What a quarter-hour brings, added up second by second.</summary>
public sealed class SlotMeterTests
{
    private static readonly Slot Noon = Slot.Of(Instant.From(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero)));
    private static readonly Site House = Given.Site(batteries: 1, chargers: 0, plants: 1);
    private static readonly Setpoints Nothing = new([], [], []);

    /// <summary>A meter that bills peaks counts what comes in, and does not take off what went out a minute later.</summary>
    [Fact]
    public void What_was_exported_is_not_taken_off_what_was_imported()
    {
        var meter = new SlotMeter(House);
        for (var second = 0; second < 900; second += 10)
            meter.Add(Given.Image(House, second < 300 ? 6_000 : -4_000) with { TakenAt = Noon.Start + TimeSpan.FromSeconds(second) }, Nothing, 10);
        Assert.Equal(2_000, meter.ImportedBefore(new(Noon.Index + 1))!.Value, 1e-9);
        Assert.Null(meter.ImportedBefore(new(Noon.Index + 2)));
    }

    /// <summary>The grid meter alone tells it: an inverter that is silent takes nothing away.</summary>
    [Fact]
    public void A_silent_inverter_hides_no_peak()
    {
        var meter = new SlotMeter(House);
        for (var second = 0; second < 900; second += 10)
            meter.Add(Given.Image(House, 3_000) with { TakenAt = Noon.Start + TimeSpan.FromSeconds(second), PvPlants = [new() { Production = Reading.Bad<Power>(BadReason.NotInstalled) }] }, Nothing, 10);
        Assert.Null(meter.Before(new(Noon.Index + 1)));
        Assert.Equal(3_000, meter.ImportedBefore(new(Noon.Index + 1)));
    }

    [Fact]
    public void Less_than_half_a_quarter_hour_is_not_measured()
    {
        var meter = new SlotMeter(House);
        for (var second = 0; second < 440; second += 10)
            meter.Add(Given.Image(House, 9_000) with { TakenAt = Noon.Start + TimeSpan.FromSeconds(second) }, Nothing, 10);
        Assert.Null(meter.ImportedBefore(new(Noon.Index + 1)));
    }
}
