using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

public class SimulatedBatteryTests
{
    private const double Forever = 86400;

    [Fact]
    public void Energy_is_conserved_less_the_losses_each_way()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(500, 0));
        var battery = site.Batteries[0];
        var chance = new SeededRandom(5);
        for (var i = 0; i < 2_000; i++)
        {
            site.CommandBattery(0, chance.Between(-6_000, 6_000), Forever);
            site.Run(chance.Between(1, 120));
            var expected = 5_000 + (battery.ChargedWattHours * 0.95) - (battery.DischargedWattHours / 0.95);
            Assert.Equal(expected, battery.StoredWattHours, 1e-6);
            Assert.InRange(battery.Soc, 0, 1);
        }

        Assert.True(battery.ChargedWattHours > 10_000, "the test must move energy");
    }

    [Fact]
    public void Power_follows_a_command_late_and_settles_on_it()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(0, 0));
        site.CommandBattery(0, 3_000, Forever);
        site.Step(0.1);
        Assert.InRange(site.BatteryDischargeWatts, 300, 800);
        site.Run(10);
        Assert.Equal(3_000, site.BatteryDischargeWatts, 1.0);
        site.CommandBattery(0, -9_000, Forever);
        site.Run(10);
        Assert.Equal(-5_000, site.BatteryDischargeWatts, 1.0);
    }

    [Fact]
    public void Charging_tapers_from_90_to_98_percent_and_ends_when_full()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(0, 0), soc: 0.85);
        var battery = site.Batteries[0];
        site.CommandBattery(0, -5_000, Forever);
        var full = battery.ChargeMaxAmperes;
        Assert.InRange(full, 5_000 / 51.2, 1.2 * 5_000 / 51.2);
        while (battery.Soc < 0.98)
        {
            var (limit, soc) = (battery.ChargeMaxAmperes, battery.Soc);
            site.Step(1);
            Assert.True(battery.ChargeMaxAmperes <= limit);
            Assert.True(-battery.PackAmperes <= limit * 1.01, "the charge current keeps the BMS limit");
            if (soc <= 0.9)
                Assert.Equal(full, limit);
        }

        var oneC = 10_000 / 51.2;
        Assert.Equal(0.05 * oneC, battery.ChargeMaxAmperes, 0.01 * oneC);
        site.Run(3 * 3600);
        Assert.False(battery.ChargeAllowed);
        Assert.Equal(0, battery.ChargeMaxAmperes);
        Assert.Equal(0, site.BatteryDischargeWatts);
        Assert.InRange(battery.Soc, 0.998, 1);
        Assert.InRange(battery.CellMaxVolts, 3.4, 3.55);
    }

    [Fact]
    public void Discharging_fades_below_8_percent_and_ends_near_empty_whatever_is_commanded()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(0, 0), soc: 0.12);
        var battery = site.Batteries[0];
        site.CommandBattery(0, 5_000, Forever);
        var full = battery.DischargeMaxAmperes;
        site.Run(60);
        Assert.Equal(full, battery.DischargeMaxAmperes);
        Assert.Equal(5_000, site.BatteryDischargeWatts, 1.0);
        while (battery.Soc > 0.05)
            site.Step(1);
        Assert.Equal(full * 5 / 8, battery.DischargeMaxAmperes, full * 0.01);
        site.Run(4 * 3600);
        Assert.False(battery.DischargeAllowed);
        Assert.Equal(0, site.BatteryDischargeWatts);
        Assert.InRange(battery.Soc, 0.015, 0.021);
        Assert.InRange(battery.CellMinVolts, 2.7, 3.1);
    }

    [Fact]
    public void Even_an_hour_long_step_neither_overfills_nor_overdraws()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(0, 0), soc: 0.9);
        for (var i = 0; i < 50; i++)
        {
            site.CommandBattery(0, i % 20 < 10 ? -5_000 : 5_000, 3600);
            site.Step(3600);
            Assert.InRange(site.Batteries[0].Soc, 0, 1);
        }
    }

    [Fact]
    public void Works_warm_up_the_cells_and_sag_their_voltage()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(0, 0), soc: 0.9);
        var battery = site.Batteries[0];
        site.CommandBattery(0, 0, Forever);
        site.Run(60);
        var (volts, celsius) = (battery.PackVolts, battery.Celsius);
        Assert.Equal(20, celsius, 0.01);
        site.CommandBattery(0, 5_000, Forever);
        site.Run(10);
        Assert.InRange(volts - battery.PackVolts, 0.3, 2);
        site.Run(3600);
        Assert.InRange(battery.Celsius, 21, 35);
        Assert.True(battery.CellMinVolts < battery.CellMaxVolts);
        site.CommandBattery(0, 0, Forever);
        site.Run(12 * 3600, 10);
        Assert.Equal(20, battery.Celsius, 0.1);
    }

    [Fact]
    public void A_frozen_battery_may_not_be_charged()
    {
        var site = Homes.Simulate(Homes.Site(), Homes.Flat(0, 0));
        site.Batteries[0].AmbientCelsius = -10;
        site.CommandBattery(0, 0, 7 * Forever);
        site.Run(24 * 3600, 60);
        site.CommandBattery(0, -3_000, Forever);
        site.Run(60);
        Assert.False(site.Batteries[0].ChargeAllowed);
        Assert.Equal(0, site.BatteryDischargeWatts);
        Assert.True(site.Batteries[0].DischargeAllowed);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        SimulatedSite With(SimulatedBatterySettings settings) =>
            new(Homes.Site(), Homes.Flat(0, 0), new() { Start = Homes.Start, Batteries = [settings] });
        Assert.Throws<ArgumentOutOfRangeException>(() => With(new() { LatencySeconds = 6 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(new() { Soc = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(new() { OneWayEfficiency = 1.01 }));
    }
}
