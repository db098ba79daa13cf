using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>The charging station, driven at the registers of its maker's guide.</summary>
public sealed class ChargingStationControl
{
    private const byte Unit = 255;

    [Fact]
    public async Task Current_and_enable_move_the_car()
    {
        await using var house = await WithCar();
        var master = house.MasterOf(House.Box);
        house.Run(30);
        Assert.Equal(16, house.Of(site => site.EvChargers[0].Amperes), 0.1); // as its DIP switches say, while nobody commands
        await SetAsync(master, 5004, 10_000);
        Assert.Equal(10_000, await GetAsync(master, 1100));
        house.Run(30);
        Assert.Equal(10 * 230 * 3, house.Of(site => site.EvChargeWatts), 10.0);
        await SetAsync(master, 5014, 0);
        house.Run(30);
        Assert.Equal(0, house.Of(site => site.EvChargeWatts));
        Assert.Equal((0, 2), (await GetAsync(master, 1100), await GetAsync(master, 1000)));
        await SetAsync(master, 5014, 1);
        house.Run(30);
        Assert.Equal(10, house.Of(site => site.EvChargers[0].Amperes), 0.1);
    }

    [Theory]
    [InlineData(6_000, 6)]
    [InlineData(0, 0)]
    [InlineData(10_000, 10)]
    public async Task The_failsafe_takes_over_when_nobody_writes(int milliamperes, int amperes)
    {
        await using var house = await WithCar();
        var master = house.MasterOf(House.Box);
        await SetAsync(master, 5016, (ushort)milliamperes);
        await SetAsync(master, 5018, 30);
        Assert.Equal((milliamperes, 30), (await GetAsync(master, 1600), await GetAsync(master, 1602)));
        for (var i = 0; i < 3; i++)
        {
            await SetAsync(master, 5004, 16_000);
            house.Run(29);
        }
        Assert.Equal((16_000, 0), (await GetAsync(master, 1100), (int)house.Of(site => site.Reversions)));
        house.Run(31);
        Assert.Equal((milliamperes, 1), (await GetAsync(master, 1100), (int)house.Of(site => site.Reversions)));
        Assert.Equal(amperes, house.Of(site => site.EvChargers[0].Amperes), 0.1);
    }

    [Theory]
    [InlineData(5004, 12_000, 5014, 1)]
    [InlineData(5014, 1, 5004, 12_000)]
    public async Task After_the_failsafe_it_wants_current_and_enable_again(int first, int firstValue, int second, int secondValue)
    {
        await using var house = await WithCar();
        var master = house.MasterOf(House.Box);
        await SetAsync(master, 5016, 6_000);
        await SetAsync(master, 5018, 10);
        house.Run(20);
        Assert.Equal(6_000, await GetAsync(master, 1100));
        await SetAsync(master, first, (ushort)firstValue);
        house.Run(5);
        Assert.Equal(6_000, await GetAsync(master, 1100));
        await SetAsync(master, second, (ushort)secondValue);
        Assert.Equal(12_000, await GetAsync(master, 1100));
        house.Run(5);
        Assert.Equal(12, house.Of(site => site.EvChargers[0].OfferedAmperes));
    }

    [Fact]
    public async Task In_the_failsafe_it_can_be_switched_off_at_once_and_falls_back_again()
    {
        await using var house = await WithCar();
        var master = house.MasterOf(House.Box);
        await SetAsync(master, 5016, 6_000);
        await SetAsync(master, 5018, 10);
        house.Run(20);
        await SetAsync(master, 5014, 0);
        house.Run(9);
        Assert.Equal((0, 0), (await GetAsync(master, 1100), (int)house.Of(site => site.EvChargeWatts)));
        house.Run(2);
        Assert.Equal((6_000, 2), (await GetAsync(master, 1100), (int)house.Of(site => site.Reversions)));
    }

    [Fact]
    public async Task Without_a_failsafe_time_the_last_word_stands_for_ever()
    {
        await using var house = await WithCar();
        var master = house.MasterOf(House.Box);
        await SetAsync(master, 5018, 30);
        await SetAsync(master, 5018, 0);
        await SetAsync(master, 5004, 9_000);
        house.Run(2 * 86_400, step: 60);
        Assert.Equal((9_000, 0), (await GetAsync(master, 1100), await GetAsync(master, 1602)));
        Assert.Equal(0, house.Of(site => site.Reversions));
    }

    [Theory]
    [InlineData(5004, 5_999)]
    [InlineData(5004, 0)]
    [InlineData(5004, 63_001)]
    [InlineData(5014, 2)]
    [InlineData(5018, 9)]
    [InlineData(5018, 601)]
    public async Task Values_the_guide_does_not_allow_are_refused(int register, int value)
    {
        await using var house = await House.StartAsync();
        Assert.Equal(new BusReply(BusStatus.Exception, 3), await house.MasterOf(House.Box).SetAsync(Unit, register, WriteFunction.Single, (ushort)value));
    }

    [Fact]
    public async Task It_takes_function_6_only_and_reads_one_value_at_a_time()
    {
        await using var house = await House.StartAsync();
        var master = house.MasterOf(House.Box);
        Assert.Equal(new BusReply(BusStatus.Exception, 2), await master.SetAsync(Unit, 5004, WriteFunction.Multiple, 10_000));
        Assert.Equal(new BusReply(BusStatus.Exception, 2),
            await master.ReadAsync(new(Unit, RegisterSpace.HoldingRegister, 1008, 4), new ushort[4], default).AsTask().Guarded());
    }

    [Fact]
    public async Task Hasty_clients_are_counted()
    {
        await using var house = await House.StartAsync();
        var master = house.MasterOf(House.Box);
        for (var i = 0; i < 3; i++)
        {
            await GetAsync(master, 1020);
            await GetAsync(master, 1000); // another register may follow at once
            await SetAsync(master, 5004, 10_000);
            await SetAsync(master, 5014, 1);
            house.Run(5);
        }
        Assert.Equal(new(6, 6, 0, 0), house.Devices.Counts(House.Box));
        await GetAsync(master, 1020);
        house.Run(0.4, step: 0.4);
        await GetAsync(master, 1020);
        await SetAsync(master, 5004, 10_000);
        house.Run(4);
        await SetAsync(master, 5004, 11_000);
        Assert.Equal(new(8, 8, 1, 1), house.Devices.Counts(House.Box));
    }

    private static async Task<House> WithCar()
    {
        var house = await House.StartAsync(loadWatts: 0);
        house.Devices.With(site => site.PlugIn(0, 40_000, 30 * 86_400));
        house.Run(15);
        return house;
    }

    private static async Task SetAsync(ModbusTcpMaster master, int register, ushort value) =>
        Assert.Equal(BusReply.Ok, await master.SetAsync(Unit, register, WriteFunction.Single, value));

    private static async Task<int> GetAsync(ModbusTcpMaster master, int register)
    {
        var words = await master.GetAsync(Unit, register, 2);
        return (words[0] << 16) | words[1];
    }
}
