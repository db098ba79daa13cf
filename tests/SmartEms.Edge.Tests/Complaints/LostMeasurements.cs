using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Field;
using SmartEms.Edge.Tests.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Complaints;

/// <summary>What users suffered when a measurement was lost or was old; docs/complaints.md lists them all.</summary>
public sealed class LostMeasurements
{
    /// <summary>The meter falls silent while a car charges with all it can and the battery charges from the grid: both come down by themselves, on the wire, within the table's 15 s.</summary>
    [Fact]
    public async Task No01_The_last_setpoint_does_not_outlive_the_loss_of_the_meter()
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 2_500, timeoutMs: 300);
        house.Decide(BatteryMode.GridCharge33);
        house.House.Devices.With(site => site.PlugIn(0, 40_000, 36_000));
        await house.LiveAsync(60);
        Assert.True(house.House.Of(site => site.EvChargers[0].OfferedAmperes) > 7);
        Assert.True(house.House.Of(site => site.BatteryDischargeWatts) < -1_000);
        house.House.Devices.Misbehave(House.Meter, Misbehaviour.Silent);
        var took = await house.LiveAsync(60, () => house.Followed!.Setpoints.Batteries[0].Discharge.Watts == 0);
        Assert.InRange(took, 1, 15);
        await house.LiveAsync(20);
        Assert.Equal(6, house.House.Of(site => site.EvChargers[0].OfferedAmperes), 0.1);
        Assert.Equal(0, house.House.Of(site => site.BatteryDischargeWatts), 50.0);
        await house.LiveAsync(600);
        Assert.Equal(6, house.House.Of(site => site.EvChargers[0].OfferedAmperes), 0.1); // and it stays so
        house.AssertTold(FindingCode.DeviceDown, House.Meter);
        house.House.Devices.Misbehave(House.Meter, Misbehaviour.None);
        await house.LiveAsync(400, () => house.Image.Grid.Import.IsGood);
        await house.LiveAsync(30);
        Assert.True(house.House.Of(site => site.EvChargers[0].OfferedAmperes) > 7); // nobody has to restart anything
    }

    /// <summary>A meter answers each question with the same old number: the answers are new, the value is not, and it is not steered by.</summary>
    [Fact]
    public async Task No02_A_value_that_stands_still_is_not_taken_for_a_fresh_one()
    {
        await using var house = await KeptHouse.StartAsync(loadWatts: 3_000);
        house.House.Devices.With(site => site.PlugIn(0, 40_000, 36_000));
        await house.LiveAsync(60);
        house.House.Devices.Freeze(House.Meter);
        var took = await house.LiveAsync(600, () => house.Has(FindingCode.ReadingFrozen, House.Meter));
        Assert.InRange(took, 1, 300);
        Assert.Equal(BadReason.Frozen, house.Image.Grid.Import.Quality.Reason);
        Assert.Equal(0, house.Followed!.Setpoints.Batteries[0].Discharge.Watts);
        await house.LiveAsync(5);
        Assert.InRange(house.Followed.Setpoints.EvChargers[0].Offer.Amperes, 0, 6);
    }

    /// <summary>The age of a reading is that of the last answer on the wire, however often the image is taken.</summary>
    [Fact]
    public async Task No02_Looking_again_makes_no_reading_younger()
    {
        await using var house = await KeptHouse.StartAsync(timeoutMs: 300);
        await house.LiveAsync(10);
        house.House.Devices.Misbehave(House.Meter, Misbehaviour.Silent);
        var oldest = 0;
        for (var second = 0; second < 4; second++)
        {
            await house.LiveAsync(1);
            for (var look = 0; look < 50; look++)
                Assert.True(house.Layer.Image().Grid.Import.Quality.AgeMs >= oldest, "it became younger");
            oldest = house.Image.Grid.Import.Quality.AgeMs;
        }
        Assert.True(oldest >= 3_000, $"{oldest} ms");
    }
}
