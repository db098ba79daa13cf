using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Deciding;

/// <summary>What a mode wants, and who gets which part.</summary>
public sealed class DispatchTests
{
    [Theory]
    [InlineData(BatteryMode.SelfConsume, 700, 700)]
    [InlineData(BatteryMode.SelfConsume, -700, -700)]
    [InlineData(BatteryMode.Hold, 700, 0)]
    [InlineData(BatteryMode.Hold, -700, -700)]
    [InlineData(BatteryMode.DischargeOnly, 700, 700)]
    [InlineData(BatteryMode.DischargeOnly, -700, 0)]
    [InlineData(BatteryMode.Idle, 700, 0)]
    [InlineData(BatteryMode.Idle, -700, 0)]
    [InlineData(BatteryMode.GridCharge33, 700, -1000)]
    [InlineData(BatteryMode.GridCharge66, 0, -2000)]
    [InlineData(BatteryMode.GridCharge100, -700, -3000)]
    [InlineData((BatteryMode)99, 700, 0)]
    public void A_mode_turns_the_balance_into_power(BatteryMode mode, double balance, double wanted) =>
        Assert.Equal(wanted, Dispatch.Wanted(mode, Power.FromWatts(balance), Given.Battery with { ChargeMax = Power.FromWatts(3_000) }).Watts, 6);

    [Fact]
    public void Parts_by_capacity_add_up_to_the_whole()
    {
        var site = Given.Site(batteries: 3);
        site = site with { Batteries = site.Batteries.SetItem(1, site.Batteries[1] with { Capacity = Energy.FromWattHours(4_321) }) };
        Assert.Equal(1, Dispatch.Share(site, 0) + Dispatch.Share(site, 1) + Dispatch.Share(site, 2), 12);
    }

    [Theory]
    [InlineData(EvMode.Off, 0)]
    [InlineData(EvMode.SurplusOnly, 0)]
    [InlineData(EvMode.Minimum, 6)]
    [InlineData(EvMode.Half, 8)]
    [InlineData(EvMode.Full, 16)]
    public void A_charger_mode_has_its_current(EvMode mode, double amperes) => Assert.Equal(amperes, Dispatch.BaseCurrent(mode, Given.Charger).Amperes);

    [Fact]
    public void Half_of_a_small_charger_is_still_its_minimum() =>
        Assert.Equal(6, Dispatch.BaseCurrent(EvMode.Half, Given.Charger with { CurrentMax = Current.FromAmperes(10) }).Amperes);

    [Theory]
    [InlineData(5.99, 0)]
    [InlineData(6, 6)]
    [InlineData(7.29, 7.2)]
    [InlineData(7.3, 7.3)]
    [InlineData(99, 16)]
    [InlineData(-3, 0)]
    public void An_offer_is_nothing_or_legal(double amperes, double offer) => Assert.Equal(offer, FollowChargers.Legal(amperes, Given.Charger), 9);

    [Fact]
    public void The_balance_is_the_exchange_there_would_be_without_batteries()
    {
        var site = Given.Site(batteries: 2);
        var image = Given.Image(site, 500) with { Batteries = [Given.Cells(1_000), Given.Cells(-300)] };
        Assert.Equal(1_200, Balance.Of(image)!.Value.Watts);
        Assert.Null(Balance.Of(image with { Grid = image.Grid with { Import = Reading.Bad<Power>(BadReason.Timeout) } }));
    }
}
