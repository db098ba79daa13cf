using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

/// <summary>A battery that may choose within a window, beside others that may not or may do all.</summary>
public class WindowTests
{
    [Fact]
    public void A_free_battery_takes_up_what_a_window_refuses()
    {
        var site = Homes.Simulate(Homes.Site(batteries: 3), Homes.Flat(4_000, 0));
        site.CommandBattery(0, 1_000, 3600);
        site.CommandBatteryWindow(2, -5_000, 200, 3600);
        site.Run(60);
        Assert.Equal(1_000, site.Batteries[0].DischargeWatts, 0.1);
        Assert.Equal(2_800, site.Batteries[1].DischargeWatts, 1.0);
        Assert.Equal(200, site.Batteries[2].DischargeWatts, 0.1);
        Assert.Equal(0, site.ImportWatts, 1.0);
    }

    [Fact]
    public void The_reserve_is_the_automatics_own_and_a_forced_discharge_goes_below_it()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(2_000, 0), soc: 0.1);
        site.CommandBatteryWindow(0, 0, 5_000, 3600);
        site.Run(60);
        Assert.Equal(0, site.BatteryDischargeWatts, 1e-6);
        site.CommandBatteryWindow(0, 1_000, 5_000, 3600);
        site.Run(60);
        Assert.Equal(2_000, site.BatteryDischargeWatts, 1.0);
    }

    [Fact]
    public void A_window_runs_out_unless_it_stands_for_ever()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(2_000, 0));
        site.CommandBatteryWindow(0, 0, 500, 60);
        site.Run(70);
        Assert.Equal(2_000, site.BatteryDischargeWatts, 1.0);
        Assert.Equal(1, site.Reversions);
        site.CommandBatteryWindow(0, 0, 100, double.PositiveInfinity);
        site.Run(86_400, 60);
        Assert.Equal(100, site.BatteryDischargeWatts, 1.0);
        Assert.Throws<ArgumentOutOfRangeException>(() => site.CommandBatteryWindow(0, 1, 0, 60));
    }

    [Fact]
    public void A_charger_falls_back_to_the_current_it_was_given()
    {
        var site = Homes.Simulate(Homes.Site(batteries: 0), Homes.Flat(0, 0));
        site.PlugIn(0, 20_000, 36_000);
        site.OfferEv(0, 16, 60, 10);
        site.Run(80);
        Assert.Equal(10, site.EvChargers[0].OfferedAmperes);
        site.OfferEv(0, 16, 60, 3);
        site.Run(80);
        Assert.Equal(0, site.EvChargers[0].OfferedAmperes);
    }
}
