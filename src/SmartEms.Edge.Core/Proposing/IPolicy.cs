using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>A guest that proposes modes for the coming quarter-hour. It sees what the controller sees and touches nothing.</summary>
public interface IPolicy
{
    /// <summary>Name and version as it appears in every record.</summary>
    string Name { get; }

    /// <summary>A mode for every battery and charger in the site's order, or null when the policy has nothing sound to say.</summary>
    Proposal? Propose(Observation observation);
}

/// <summary>What a policy may look at.</summary>
public sealed record Observation(Slot Slot, ProcessImage Image, Site Site)
{
    /// <summary>The plan, and the question it answers; null = there is nothing to plan, or too little is known.</summary>
    public Plan? Plan { get; init; }
    public PlanQuestion? Question { get; init; }

    /// <summary>What the plan wants of each charger, in the site's order; empty where nothing could be planned, null where no car is planned for. It goes before what is proposed.</summary>
    public ImmutableArray<PlannedCharger?> Chargers { get; init; } = [];
}

/// <summary>Modes a policy would like, in the site's order.</summary>
public sealed record Proposal(ImmutableArray<BatteryMode> Batteries, ImmutableArray<EvMode> EvChargers)
{
    /// <summary>True when it names a mode that exists for every device of the site, and for none that is not there.</summary>
    public bool Fits(Site site)
    {
        if (Batteries.IsDefault || EvChargers.IsDefault || Batteries.Length != site.Batteries.Length || EvChargers.Length != site.EvChargers.Length)
            return false;
        foreach (var mode in Batteries)
            if (mode > BatteryMode.GridCharge100)
                return false;
        foreach (var mode in EvChargers)
            if (mode > EvMode.Full)
                return false;
        return true;
    }
}
