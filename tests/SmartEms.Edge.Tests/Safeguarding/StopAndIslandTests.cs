using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

public sealed class StopAndIslandTests
{
    private static readonly Contact Button = new("button", ContactRole.EmergencyStop, new("board", "0")) { AssertsByOpening = true };

    private static readonly Decision Busy = new(new(1_944_445), "test", [new(BatteryMode.GridCharge100, Power.Zero, default)], [new(EvMode.Full, Power.Zero)], []);

    [Theory]
    [InlineData(true, Trust.Good)]
    [InlineData(false, Trust.Uncertain)]
    [InlineData(false, Trust.Bad)]
    public void Pressed_or_unreadable_everything_goes_to_nothing_in_one_step(bool pressed, Trust trust)
    {
        var site = Given.Site() with { Contacts = [Button] };
        var image = Given.Image(site, -6_000) with { Contacts = [new() { Asserted = new(pressed, new(trust, BadReason.None, 0)) }] };
        var step = Follow.Step(new(image, site, Busy, TimeSpan.Zero, 1), FollowMemory.Fresh(site));
        Assert.Equal(Power.Zero, step.Setpoints.Batteries[0].Discharge);
        Assert.Equal(Current.Zero, step.Setpoints.EvChargers[0].Offer);
        Assert.Equal(Power.Zero, step.Setpoints.PvPlants[0].Limit);
        Assert.Equal((Bound.EmergencyStop, Bound.EmergencyStop), (step.Setpoints.EvChargers[0].ClippedBy, step.Setpoints.PvPlants[0].ClippedBy));
    }

    [Fact]
    public void An_ordered_stop_stands_over_an_override()
    {
        var site = Given.Site();
        var at = Given.Image(site).TakenAt;
        var image = Given.Image(site) with
        {
            Orders = new() { Stop = new(at, "cli"), Overrides = [new(1, OverrideKind.BatteryPower, 0, -3_000, at + TimeSpan.FromHours(1)), new(2, OverrideKind.EvCurrent, 0, 16, at + TimeSpan.FromHours(1))] },
        };
        var step = Follow.Step(new(image, site, Busy, TimeSpan.Zero, 1), FollowMemory.Fresh(site));
        Assert.Equal((0.0, 0.0), (step.Setpoints.Batteries[0].Discharge.Watts, step.Setpoints.EvChargers[0].Offer.Amperes));
    }

    [Fact]
    public void After_a_stop_PV_comes_first_batteries_after_ten_seconds_chargers_after_thirty()
    {
        var site = Given.Site();
        var image = Given.Image(site, -6_000);
        var stopped = image with { Orders = new() { Stop = new(image.TakenAt, "cli") } };
        var memory = Follow.Step(new(stopped, site, Busy, TimeSpan.Zero, 1), FollowMemory.Fresh(site)).Memory;
        var (pv, battery, car) = (-1, -1, -1);
        for (var second = 1; second <= 60; second++)
        {
            var step = Follow.Step(new(image, site, Busy, TimeSpan.Zero, 1), memory);
            memory = step.Memory;
            pv = pv < 0 && step.Setpoints.PvPlants[0].Limit is not { Watts: 0 } ? second : pv;
            battery = battery < 0 && step.Setpoints.Batteries[0].Discharge != Power.Zero ? second : battery;
            car = car < 0 && step.Setpoints.EvChargers[0].Offer > Current.Zero ? second : car;
        }
        Assert.Equal((1, 10, 30), (pv, battery, car));
    }

    [Fact]
    public void With_the_grid_lost_batteries_carry_the_house_from_their_reserve_and_chargers_are_shed()
    {
        var site = Given.Site() with { Batteries = [Given.Battery with { BackupReserve = Fraction.FromRatio(0.4) }] };
        var image = Given.Image(site) with { Batteries = [Given.Cells(0, 0.3)] };
        var onGrid = Follow.Step(new(image, site, Busy, TimeSpan.Zero, 1), FollowMemory.Fresh(site));
        Assert.Equal(new Limit(Power.Zero, Bound.BackupReserve), onGrid.Envelope.Batteries[0].High);
        Assert.False(onGrid.Setpoints.Batteries[0].IsAutomatic);

        var dead = image with { Grid = image.Grid with { VoltageL1 = Given.Volts(0), VoltageL2 = Given.Volts(0), VoltageL3 = Given.Volts(0) } };
        var island = Follow.Step(new(dead, site, Busy, TimeSpan.Zero, 1), FollowMemory.Fresh(site));
        Assert.True(island.Envelope.IsIsland);
        Assert.Equal(5_000, island.Envelope.Batteries[0].High.Value.Watts);
        Assert.True(island.Setpoints.Batteries[0].IsAutomatic);
        Assert.Equal((0.0, Bound.Island), (island.Setpoints.EvChargers[0].Offer.Amperes, island.Setpoints.EvChargers[0].ClippedBy));
    }

    [Theory]
    [InlineData(BatteryMode.SelfConsume)]
    [InlineData(BatteryMode.DischargeOnly)]
    public void Nothing_but_a_lost_grid_touches_the_reserve(BatteryMode mode)
    {
        var site = Given.Site() with { Batteries = [Given.Battery with { BackupReserve = Fraction.FromRatio(0.4) }] };
        var image = Given.Image(site, 9_900) with
        {
            Batteries = [Given.Cells(0, 0.4)],
            Orders = new() { Overrides = [new(1, OverrideKind.BatteryPower, 0, 5_000, Given.Image(site).TakenAt + TimeSpan.FromHours(1))] },
        };
        var decision = Busy with { Batteries = [new(mode, Power.Zero, default)] };
        Assert.Equal(0, Follow.Step(new(image, site, decision, TimeSpan.Zero, 1), FollowMemory.Fresh(site)).Setpoints.Batteries[0].Discharge.Watts);
    }

    [Fact]
    public void A_single_phase_charger_keeps_the_phases_together()
    {
        var site = Given.Site() with
        {
            Pcc = Given.Pcc with { UnbalanceMax = Current.FromAmperes(20) },
            EvChargers = [Given.Charger with { Phases = 1, CurrentMax = Current.FromAmperes(32), Phase = 1 }],
        };
        var image = Given.Image(site, 3_000) with { EvChargers = [Given.Car(0, EvState.Connected)] };
        image = image with { Grid = image.Grid with { CurrentL1 = Given.Amperes(8), CurrentL2 = Given.Amperes(2), CurrentL3 = Given.Amperes(3) } };
        Assert.Equal(new Limit(Power.FromWatts(14 * 230), Bound.PhaseUnbalance), Envelope.Draw(image, site).EvChargers[0].High);
        image = image with { Grid = image.Grid with { CurrentL2 = Reading.Bad<Current>(BadReason.Timeout) } };
        Assert.Equal(new Limit(Power.FromWatts(6 * 230), Bound.PhaseUnbalance), Envelope.Draw(image, site).EvChargers[0].High);
    }

    [Theory]
    [InlineData(50.2, 10_000)]
    [InlineData(50.45, 9_000)]
    [InlineData(51.2, 6_000)]
    public void Generation_goes_down_with_a_frequency_too_high(double hertz, double watts)
    {
        var site = Given.Site();
        var image = Given.Image(site) with { Grid = Given.Grid() with { Frequency = Reading.Good(Frequency.FromHertz(hertz)) } };
        Assert.Equal(watts, Envelope.Draw(image, site).PvPlants[0].High.Value.Watts, 6);
    }

    [Fact]
    public void The_charger_of_the_lowest_priority_is_shed_first()
    {
        var site = Given.Site(chargers: 3);
        site = site with { EvChargers = site.EvChargers.With(0, one => one with { Priority = 1 }).With(2, one => one with { Priority = 2 }) };
        Assert.Equal([1, 0, 2], SheddingOrder.OfChargers(site));
        Assert.Equal([2, 1, 0], SheddingOrder.OfChargers(Given.Site(chargers: 3)));
    }
}
