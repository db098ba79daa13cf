using System.Collections.Immutable;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core;

/// <summary>What one cycle thought: the decision, what is wrong, and what the next cycle must remember.</summary>
public sealed record Thought(Decision Decision, ImmutableArray<Finding> Findings, Memory Memory);

/// <summary>The quarter-hour, in one sentence: sense → diagnose → forecast → plan → propose → safeguard → decide → alert. Sensing hands in the image; acting,
/// recording and syncing happen outside, because this function has no clock, no I/O and no chance: the same arguments give the same bytes.</summary>
public static class Cycle
{
    public static Thought Think(Slot slot, ProcessImage image, Site site, Memory memory, IPolicy policy)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        findings.AddRange(Diagnosis.Examine(image, site));
        Guard.Examine(image, site, findings);

        var stays = memory.Follow.Stays;
        var brain = Brain.After(memory.Brain, slot, image, site, stays);
        var isHeard = Supervisor.Hears(image, site);
        var (seen, plans) = isHeard ? Planned(new(slot, image, site), (brain, stays), findings) : (new(slot, image, site), null);
        var (proposal, policyName) = isHeard ? Ask(policy, seen, findings) : (null, "");
        var envelope = Envelope.Draw(image, site);
        var decision = Supervisor.Decide(new(slot, image, site, envelope) { Plan = seen.Plan, Asked = seen.Question, Contest = brain?.Contest, Chargers = seen.Chargers }, proposal, policyName);
        if (plans is not null && !site.Batteries.IsEmpty && brain?.Contest is { } contest)
            decision = decision with { Shadows = [plans.At(contest.Of(Candidate.Plan).EnergyWh).Battery, Shadow(policy, seen, plans, contest.Of(Candidate.Policy).EnergyWh)] };

        var found = findings.DrainToImmutable();
        var alerts = memory.Alerts.Update(found, image.TakenAt);
        return new(decision, found, memory with { LastDecision = decision, Alerts = alerts, Brain = decision.Batteries.IsEmpty ? brain : brain?.Choosing(decision.Shadows, decision.Batteries[0].Mode) });
    }

    /// <summary>The agent boundary around forecast and plan: what fails there is a finding, and the rule leads.</summary>
    private static (Observation Seen, Valuation? Plans) Planned(Observation observation, (Brain? Brain, ImmutableArray<CarStay> Stays) known, ImmutableArray<Finding>.Builder findings)
    {
        try
        {
            if (PlanRequest.Of(observation.Slot, observation.Image, observation.Site, known) is not var (question, cars))
                return (observation, null);
            if (PlanRequest.IsOfCarsToCome(question))
                return (observation with { Chargers = CarNeeds.Planned(question, null, cars) }, null);
            var plans = Planner.Value(question);
            var plan = plans.At(question.EnergyWh);
            return double.IsFinite(plan.ExpectedCost) ? (observation with { Question = question, Plan = plan, Chargers = CarNeeds.Planned(question, plan, cars) }, plans) : (observation, null);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            findings.Add(new(FindingCode.PlanFailed));
            return (observation, null);
        }
    }

    /// <summary>The agent boundary around the guest: whatever a policy throws or misspells becomes silence and a finding, never a missed cycle.</summary>
    private static (Proposal? Proposal, string Name) Ask(IPolicy policy, Observation observation, ImmutableArray<Finding>.Builder findings)
    {
        try
        {
            var proposal = policy.Propose(observation);
            if (proposal is null || proposal.Fits(observation.Site))
                return (proposal, policy.Name);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Said below, together with the proposal that does not fit this site.
        }
        findings.Add(new(FindingCode.PolicyFailed));
        return (null, "");
    }

    /// <summary>What the policy would do with the charge it would have had; the plan's choice where it has nothing sound to say, for then that leads.</summary>
    private static BatteryMode Shadow(IPolicy policy, Observation seen, Valuation plans, double energy)
    {
        var plan = plans.At(energy);
        try
        {
            if (policy.Propose(seen with { Plan = plan, Question = plans.Question with { EnergyWh = energy } }) is { Batteries: [var mode, ..] } && mode <= BatteryMode.GridCharge100)
                return mode;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // It is told of where it is asked for this quarter-hour.
        }
        return plan.Battery;
    }
}
