using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>The plan itself as a policy; where there is none, it has nothing to say.</summary>
public sealed class FollowPlan : IPolicy
{
    public static FollowPlan Plain { get; } = new();

    public string Name => "plan-1";

    public Proposal? Propose(Observation observation) => observation.Plan is { } plan ? Same(observation.Site, plan.Battery) : null;

    /// <summary>One mode for all batteries, which are one to the planner; chargers do what the house wants.</summary>
    public static Proposal Same(Site site, BatteryMode mode)
    {
        var batteries = ImmutableArray.CreateBuilder<BatteryMode>(site.Batteries.Length);
        for (var i = 0; i < site.Batteries.Length; i++)
            batteries.Add(mode);
        var chargers = ImmutableArray.CreateBuilder<EvMode>(site.EvChargers.Length);
        foreach (var charger in site.EvChargers)
            chargers.Add(charger.DefaultMode);
        return new(batteries.MoveToImmutable(), chargers.MoveToImmutable());
    }
}

/// <summary>The learned policy as the guest of a site: it corrects the plan, and says nothing where there is none.</summary>
public sealed class LearnedPolicy(NeuralPolicy network) : IPolicy
{
    public string Name => "policy-1";

    public Proposal? Propose(Observation observation)
    {
        if (observation is not { Plan: { } plan, Question: { } question, Image.Outside: { } outside })
            return null;
        var choice = network.Choose(question, plan, question.EnergyWh, outside.Clock);
        return FollowPlan.Same(observation.Site, choice.Battery);
    }
}
