using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>The plain rule every cleverer policy is measured against: batteries hold the grid exchange at zero, chargers do what the house wants.</summary>
public sealed class SelfConsumption : IPolicy
{
    public static SelfConsumption Rule { get; } = new();

    public string Name => "self-consumption-1";

    public Proposal? Propose(Observation observation)
    {
        var batteries = ImmutableArray.CreateBuilder<BatteryMode>(observation.Site.Batteries.Length);
        for (var i = 0; i < observation.Site.Batteries.Length; i++)
            batteries.Add(BatteryMode.SelfConsume);
        var chargers = ImmutableArray.CreateBuilder<EvMode>(observation.Site.EvChargers.Length);
        foreach (var charger in observation.Site.EvChargers)
            chargers.Add(charger.DefaultMode);
        return new(batteries.MoveToImmutable(), chargers.MoveToImmutable());
    }
}
