using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Complaints;

/// <summary>What users suffered from chargers that switch their phases; docs/complaints.md lists them all.</summary>
public sealed class WornContactors
{
    private static readonly Site Site = Given.Site(batteries: 0) with { EvChargers = [Given.Charger with { Switching = new(600, 4) }] };

    /// <summary>Clouds that come and go for six hours would have the contactor move every few minutes: it rests, it counts, and it never moves under current.</summary>
    [Fact]
    public void No12_Passing_clouds_do_not_wear_the_contactor()
    {
        var house = Sunny();
        house.World.PlugIn(0, 300_000, 86_400);
        Clouds(house, 27);
        // At most four tellings while a car stays; the first, at the start, found the contactor where it was to go.
        Assert.Equal((3, 0, 0, 0), (house.Contactors.Switches, house.Contactors.UnderCurrent, house.Contactors.TooSoon, house.Contactors.TooMany));
        Assert.True(house.World.EvChargers[0].ChargedWattHours > 10_000, "it charged all the same");
        house.World.Unplug(0);
        house.Live(30);
        house.World.PlugIn(0, 300_000, 86_400);
        Clouds(house, 9);
        Assert.InRange(house.Contactors.Switches, 5, 8);
        Assert.True(house.Contactors.IsClean);
    }

    /// <summary>A charger that goes on drawing although nothing is offered is not switched: the measured power has the last word.</summary>
    [Fact]
    public void No12_The_contactor_waits_for_the_current_to_be_gone()
    {
        var house = Sunny();
        house.World.PlugIn(0, 300_000, 86_400);
        house.Live(900);
        house.World.AddedLoadWatts = 7_000;
        house.Senses = image => image with { EvChargers = [image.EvChargers[0] with { Charge = Given.Watts(1_500), State = Reading.Good(EvState.Charging) }] };
        house.Live(900, () => Assert.Null(house.Last.Setpoints.EvChargers[0].Phases));
        house.Senses = image => image with { EvChargers = [image.EvChargers[0] with { Charge = Reading.Bad<Core.Quantities.Power>(BadReason.Timeout) }] };
        house.Live(900, () => Assert.Null(house.Last.Setpoints.EvChargers[0].Phases));
        house.Senses = image => image;
        house.Live(1_200);
        Assert.Equal((1, 1, true), (house.World.EvChargers[0].Phases, house.Contactors.Switches, house.Contactors.IsClean));
    }

    private static PlayedHouse Sunny()
    {
        var house = new PlayedHouse(Site, 500, pvShare: 1);
        house.Decide(BatteryMode.Idle, EvMode.SurplusOnly);
        return house;
    }

    private static void Clouds(PlayedHouse house, int times)
    {
        for (var i = 0; i < times; i++)
        {
            house.World.AddedLoadWatts = 7_000;
            house.Live(400);
            house.World.AddedLoadWatts = 0;
            house.Live(400);
        }
    }
}
