using System.Collections.Immutable;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core;

/// <summary>What one cycle thought: the decision, what is wrong, and what the next cycle must remember.</summary>
public sealed record Thought(Decision Decision, ImmutableArray<Finding> Findings, Memory Memory);

/// <summary>The quarter-hour, in one sentence: sense → diagnose → propose → safeguard → decide → alert. Sensing hands in the image; acting,
/// recording and syncing happen outside, because this function has no clock, no I/O and no chance: the same arguments give the same bytes.</summary>
public static class Cycle
{
    public static Thought Think(Slot slot, ProcessImage image, Site site, Memory memory, IPolicy policy)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        findings.AddRange(Diagnosis.Examine(image, site));
        Guard.Examine(image, site, findings);

        var (proposal, policyName) = Supervisor.Hears(image, site) ? Ask(policy, new(slot, image, site), findings) : (null, "");
        var envelope = Envelope.Draw(image, site);
        var decision = Supervisor.Decide(new(slot, image, site, envelope), proposal, policyName);

        var found = findings.DrainToImmutable();
        var alerts = memory.Alerts.Update(found, image.TakenAt);
        return new(decision, found, memory with { LastDecision = decision, Alerts = alerts });
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
