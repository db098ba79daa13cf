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

        var brain = image.Outside is { } outside ? (memory.Brain ?? Brain.Fresh(outside.Clock)).After(slot, outside) : memory.Brain;
        var isHeard = Supervisor.Hears(image, site);
        var seen = isHeard ? Planned(new(slot, image, site), brain, findings) : new(slot, image, site);
        var (proposal, policyName) = isHeard ? Ask(policy, seen, findings) : (null, "");
        var envelope = Envelope.Draw(image, site);
        var decision = Supervisor.Decide(new(slot, image, site, envelope) { Plan = seen.Plan }, proposal, policyName);

        var found = findings.DrainToImmutable();
        var alerts = memory.Alerts.Update(found, image.TakenAt);
        return new(decision, found, memory with { LastDecision = decision, Alerts = alerts, Brain = brain });
    }

    /// <summary>The agent boundary around forecast and plan: what fails there is a finding, and the rule leads.</summary>
    private static Observation Planned(Observation observation, Brain? brain, ImmutableArray<Finding>.Builder findings)
    {
        try
        {
            if (PlanRequest.Of(observation.Slot, observation.Image, observation.Site, brain) is not { } question)
                return observation;
            var plan = Planner.Value(question).At(question.EnergyWh);
            return double.IsFinite(plan.ExpectedCost) ? observation with { Question = question, Plan = plan } : observation;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            findings.Add(new(FindingCode.PlanFailed));
            return observation;
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
}
