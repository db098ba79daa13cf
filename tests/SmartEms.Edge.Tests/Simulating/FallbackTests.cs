using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

/// <summary>What the devices do by themselves when nobody refreshes their commands.</summary>
public class FallbackTests
{
    [Fact]
    public void An_unrefreshed_battery_goes_back_to_its_own_self_consumption()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(1_500, 0));
        site.CommandBattery(0, -2_000, 60);
        site.Run(60);
        Assert.Equal(-2_000, site.BatteryDischargeWatts, 1.0);
        Assert.Equal(1, site.Batteries[0].Reversions);
        Assert.False(site.Batteries[0].IsCommanded);
        site.Run(10);
        Assert.Equal(1_500, site.BatteryDischargeWatts, 1.0);
        Assert.Equal(0, site.ImportWatts, 1.0);
        Assert.Equal(1, site.Reversions);
    }

    [Fact]
    public void A_refreshed_command_never_reverts_and_a_release_is_no_reversion()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(1_500, 0));
        for (var i = 0; i < 30; i++)
        {
            site.CommandBattery(0, 500, 60);
            site.Run(20);
            Assert.Equal(500, site.BatteryDischargeWatts, i == 0 ? 5.0 : 0.01);
        }

        site.ReleaseBattery(0);
        site.Run(10);
        Assert.Equal(1_500, site.BatteryDischargeWatts, 1.0);
        Assert.Equal(0, site.Reversions);
    }

    [Fact]
    public void Self_consumption_keeps_a_tenth_of_the_energy_and_takes_up_surplus()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(2_000, 0), soc: 0.2);
        site.Run(3 * 3600);
        Assert.Equal(0.1, site.Batteries[0].Soc, 1e-9);
        Assert.Equal(2_000, site.ImportWatts, 1e-6);

        var sunny = Homes.Simulate(Homes.Site(), Homes.Flat(2_000, 4_000), soc: 0.2);
        sunny.Run(600);
        Assert.Equal(0, sunny.ImportWatts, 1e-3);
        Assert.Equal(-4_000, sunny.BatteryDischargeWatts, 1e-3);
    }

    [Fact]
    public void Several_automatic_batteries_share_what_the_commanded_one_leaves()
    {
        var site = Homes.Simulate(Homes.Site(batteries: 3), Homes.Flat(4_000, 0));
        site.CommandBattery(0, 1_000, 3600);
        site.Run(60);
        Assert.Equal(1_000, site.Batteries[0].DischargeWatts, 0.1);
        Assert.Equal(1_500, site.Batteries[1].DischargeWatts, 1.0);
        Assert.Equal(1_500, site.Batteries[2].DischargeWatts, 1.0);
        Assert.Equal(0, site.ImportWatts, 1.0);
    }

    [Fact]
    public void A_pv_limit_acts_late_and_runs_out()
    {
        var site = Homes.Simulate(Homes.Site(batteries: 0), Homes.Flat(0, 3_000));
        var plant = site.PvPlants[0];
        site.Step(1);
        Assert.Equal(6_000, plant.ProductionWatts, 1e-6);
        Assert.True(site.LimitPv(0, 2_400, 120));
        site.Step(1);
        Assert.InRange(plant.ProductionWatts, 2_500, 5_000);
        site.Run(59);
        Assert.Equal(2_400, plant.ProductionWatts, 0.1);
        Assert.Equal(40, plant.EffectiveLimitPercent, 0.1);
        Assert.True(plant.CurtailedWattHours > 50);
        site.Run(60);
        Assert.Equal(1, plant.Reversions);
        site.Run(30);
        Assert.Equal(6_000, plant.ProductionWatts, 0.1);
    }

    [Fact]
    public void A_plant_that_cannot_be_curtailed_refuses()
    {
        var site = Homes.Simulate(Homes.Site(plants: 2), Homes.Flat(0, 3_000));
        Assert.False(site.LimitPv(1, 0, 120));
        site.Run(10);
        Assert.Equal(6_000, site.PvPlants[1].ProductionWatts, 1e-6);
    }

    [Fact]
    public void An_unrefreshed_charger_falls_back_to_six_amperes()
    {
        var site = Homes.Simulate(Homes.Site(batteries: 0), Homes.Flat(0, 0));
        var charger = site.EvChargers[0];
        site.PlugIn(0, 20_000, 36_000);
        site.OfferEv(0, 16, 60);
        site.Run(60);
        Assert.Equal(16, charger.OfferedAmperes);
        Assert.Equal(16 * 230 * 3, charger.ChargeWatts, 1.0);
        Assert.Equal(1, charger.Reversions);
        site.Run(20);
        Assert.Equal(6, charger.OfferedAmperes);
        Assert.Equal(6 * 230 * 3, charger.ChargeWatts, 1.0);
        Assert.Equal(EvState.Charging, charger.State);
    }

    [Fact]
    public void Nonsense_commands_are_a_fault_of_the_program()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => site.CommandBattery(0, double.NaN, 60));
        Assert.Throws<ArgumentOutOfRangeException>(() => site.CommandBattery(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => site.LimitPv(0, double.PositiveInfinity, 60));
        Assert.Throws<ArgumentOutOfRangeException>(() => site.OfferEv(0, 6, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => site.Step(0));
    }
}
