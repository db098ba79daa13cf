using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core;

/// <summary>What one Follow step works on. <paramref name="DecisionAge"/> is monotonic time since the decision was made.</summary>
public sealed record FollowInput(ProcessImage Image, Site Site, Decision? Decision, TimeSpan DecisionAge, double StepSeconds);

/// <summary>What one Follow step gave.</summary>
public sealed record Followed(Setpoints Setpoints, FollowMemory Memory, Envelope Envelope, ImmutableArray<Finding> Findings);

/// <summary>The one-second rhythm: sense → envelope → carry out the decided modes against the meter → keep the connection's limits.
/// Pure; it works inside the decision and the envelope, and on its own it may only tighten.</summary>
public static class Follow
{
    public static Followed Step(FollowInput input, FollowMemory memory)
    {
        var (image, site) = (input.Image, input.Site);
        var findings = ImmutableArray.CreateBuilder<Finding>(0);
        var decision = InForce(input, findings);
        if (decision is null && (Failsafe.Of(SafetyInput.Decision, Loss.Gone) & FailsafeAct.SafeLimitsOnly) == 0)
            decision = input.Decision;
        var drawn = Envelope.Draw(image, site);
        var recovery = Recovery.Left(memory.RecoverySeconds, drawn, input.StepSeconds);
        var envelope = FollowPhases.Narrow(Recovery.Narrow(drawn, recovery), image, site, memory);
        var draft = new Draft(image, site, envelope, memory, input.StepSeconds) { DecisionSeconds = input.DecisionAge.TotalSeconds };
        var alignment = draft.Align();

        FollowChargers.Apply(draft, decision);
        FollowBatteries.Apply(draft, decision);
        FollowLoads.Apply(draft, decision);
        var (importOver, exportOver) = Cascade.Apply(draft, findings);

        var next = Remember(draft, importOver, exportOver, alignment) with
        {
            RecoverySeconds = recovery,
            ImportStoodSeconds = Cascade.ImportStood(draft),
            ExportStoodSeconds = Cascade.ExportStood(draft),
        };
        return new(ToSetpoints(draft, decision), next, envelope, findings.DrainToImmutable());
    }

    private static Decision? InForce(FollowInput input, ImmutableArray<Finding>.Builder findings)
    {
        if (input.Decision is { } decision && input.DecisionAge <= Decision.Lease)
            return decision;
        if (input.Decision is not null)
            findings.Add(new(FindingCode.DecisionLeaseExpired, Subject.Site, 0, input.DecisionAge.TotalSeconds));
        return null;
    }

    private static Setpoints ToSetpoints(Draft draft, Decision? decision)
    {
        var batteries = new BatterySetpoint[draft.Discharge.Length];
        for (var i = 0; i < batteries.Length; i++)
            batteries[i] = new(Power.FromWatts(draft.Discharge[i]), draft.DischargeBy[i])
            {
                Native = FollowBatteries.Native(draft, decision, i),
                IsAutomatic = draft.Envelope is { IsIsland: true, IsStopped: false },
            };
        var chargers = new EvSetpoint[draft.Offer.Length];
        for (var i = 0; i < chargers.Length; i++)
            chargers[i] = new(Current.FromAmperes(draft.Offer[i]), draft.OfferBy[i]) { Phases = FollowPhases.Told(draft, i) };
        var plants = new PvSetpoint[draft.PvLimit.Length];
        for (var i = 0; i < plants.Length; i++)
            plants[i] = new(double.IsFinite(draft.PvLimit[i]) ? Power.FromWatts(draft.PvLimit[i]) : null, draft.PvBy[i]);
        var loads = new LoadSetpoint[draft.LoadBy.Length];
        for (var i = 0; i < loads.Length; i++)
            loads[i] = new(draft.NewLoads[i].MayRun, draft.LoadBy[i]);
        return new(Frozen(batteries), Frozen(chargers), Frozen(plants)) { Loads = Frozen(loads) };
    }

    private static FollowMemory Remember(Draft draft, double importOver, double exportOver, Alignment alignment)
    {
        var last = new Power[draft.Discharge.Length];
        for (var i = 0; i < last.Length; i++)
            last[i] = Power.FromWatts(draft.Discharge[i]);
        return new(Frozen(last), Frozen(draft.NewEv), Frozen(draft.PvLimit))
        {
            Loads = Frozen(draft.NewLoads),
            ImportOverSeconds = importOver,
            ExportOverSeconds = exportOver,
            Regulation = draft.Memory.Regulation.After(draft, alignment),
        };
    }

    private static ImmutableArray<T> Frozen<T>(T[] items) => System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(items);
}
