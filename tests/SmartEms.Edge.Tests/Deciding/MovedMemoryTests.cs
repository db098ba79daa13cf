using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Deciding;

/// <summary>Follow's memory under another site file: each part keeps its own, whatever place it has there.</summary>
public sealed class MovedMemoryTests
{
    private static readonly Core.Describing.Site House = Given.Site();

    private static readonly FollowMemory Known = FollowMemory.Fresh(House) with
    {
        LastDischarge = [Power.FromWatts(1_500)],
        Chargers = [new EvMemory(Current.FromAmperes(9), true, 1, 2, 3)],
        PvLimits = [2_000],
        ImportOverSeconds = 4,
        RecoverySeconds = 17,
        Regulation = RegulationMemory.Fresh with { Plants = [] },
    };

    [Fact]
    public void The_same_parts_keep_all_of_it() => Assert.Same(Known.Regulation, Known.Moved(House, House with { Name = "other" }).Regulation);

    [Fact]
    public void A_limit_in_force_stays_with_its_plant_and_a_new_plant_begins_unlimited()
    {
        var next = House with
        {
            PvPlants = [House.PvPlants[0] with { Name = "barn" }, House.PvPlants[0]],
            Batteries = [],
            EvChargers = [House.EvChargers[0], House.EvChargers[0] with { Name = "second" }],
        };
        var moved = Known.Moved(House, next);
        Assert.True(moved.Fits(next));
        Assert.Equal(new[] { double.PositiveInfinity, 2_000 }, moved.PvLimits.ToArray());
        Assert.Equal([9.0, 0.0], moved.Chargers.Select(charger => charger.Offer.Amperes));
        Assert.Equal((4, 17), (moved.ImportOverSeconds, moved.RecoverySeconds));
        Assert.Same(RegulationMemory.Fresh, moved.Regulation);
    }
}
