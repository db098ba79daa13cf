using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>A battery monitor that says the same for hours is right while the battery rests and frozen while it works.</summary>
public sealed class FrozenMonitors
{
    private const string Monitor = "bms1";

    [Theory]
    [InlineData(0)]
    [InlineData(20)] // what the inverter needs for itself
    public async Task A_resting_battery_is_not_frozen(double idleWatts)
    {
        await using var house = await StartAsync();
        for (var second = 0; second < 3_600; second++)
        {
            await WorkAsync(house, second, idleWatts);
            Assert.False(house.Has(FindingCode.ReadingFrozen, Monitor), $"told after {second} s");
        }
        Assert.True(house.Image.Batteries[0].Soc.IsGood);
    }

    [Fact]
    public async Task A_monitor_that_stands_still_while_the_battery_works_is_told_of_and_not_believed()
    {
        await using var house = await StartAsync();
        await WorkAsync(house, 0, 800);
        var told = await UntilToldAsync(house, 600);
        Assert.InRange(told, 100, 300);
        Assert.Equal(BadReason.Frozen, house.Image.Batteries[0].Soc.Quality.Reason);
        for (var second = 0; second < 600; second++)
        {
            await WorkAsync(house, second, 0);
            Assert.True(house.Has(FindingCode.ReadingFrozen, Monitor), "a battery laid to rest does not make its monitor honest");
        }
        house[Monitor].Set("battery_voltage", 512.5);
        await house.LiveAsync(30);
        Assert.False(house.Has(FindingCode.ReadingFrozen, Monitor));
        Assert.True(house.Image.Batteries[0].Soc.IsGood);
    }

    [Fact]
    public async Task One_that_froze_at_rest_is_told_of_when_work_begins()
    {
        await using var house = await StartAsync();
        for (var second = 0; second < 1_200; second++)
            await WorkAsync(house, second, 0);
        Assert.False(house.Has(FindingCode.ReadingFrozen, Monitor));
        Assert.InRange(await UntilToldAsync(house, 600), 100, 300);
    }

    [Fact]
    public async Task A_steady_load_shows_when_it_has_moved_more_than_the_charge_can_hide()
    {
        await using var house = await StartAsync();
        var told = -1;
        for (var second = 0; second < 2_000 && told < 0; second++)
        {
            await WorkAsync(house, second, 1_000);
            told = house.Has(FindingCode.ReadingFrozen, Monitor) ? second : -1;
        }
        Assert.InRange(told, 700, 800); // 2 % of 10 kWh at 1 kW are 720 s
    }

    [Fact]
    public async Task An_honest_monitor_of_a_working_battery_is_believed()
    {
        await using var house = await StartAsync();
        for (var second = 0; second < 3_600; second++)
        {
            if (second % 60 == 0)
                house[Monitor].Set("battery_voltage", 510 + (second / 60 % 5 * 0.1));
            await WorkAsync(house, second, 500 + (second % 200 * 10));
            Assert.False(house.Has(FindingCode.ReadingFrozen, Monitor), $"told after {second} s");
        }
    }

    private static async Task<int> UntilToldAsync(TableHouse house, int seconds)
    {
        for (var second = 1; second <= seconds; second++)
        {
            await WorkAsync(house, second, 500 + (second % 100 * 15));
            if (house.Has(FindingCode.ReadingFrozen, Monitor))
                return second;
        }
        return seconds + 1;
    }

    private static async Task WorkAsync(TableHouse house, int second, double watts)
    {
        house["meter1"].Set("power", 1_000 + (second % 7));
        house["inv1"].Set("battery_power", watts);
        await house.LiveAsync();
    }

    private static async Task<TableHouse> StartAsync()
    {
        TableHouse house = new(new(
            "house", "House", new Pcc(0, Power.FromWatts(17_000), Power.FromWatts(10_000), Current.FromAmperes(25)), Tariff.Unpriced,
            [new("meter1", "eastron-sdm630", new("host", 502, 1)), new("inv1", "goodwe-et", new("host", 503, 247)), new(Monitor, "byd-c130", new("host", 504, 1))])
        {
            Batteries = [new("battery", 1, 2, Energy.FromWattHours(10_000), Power.FromWatts(4_000), Power.FromWatts(5_000))],
        });
        house["inv1"].Set("battery_power", 0);
        foreach (var (point, value) in ((string, double)[])[("battery_voltage", 510), ("soc", 55)])
            Assert.True(house[Monitor].Set(point, value), point);
        await house.LiveAsync(5);
        return house;
    }
}
