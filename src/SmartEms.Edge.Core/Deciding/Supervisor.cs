using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Chooses who leads, turns modes into a decision inside the envelope, and writes down every ground.</summary>
public static class Supervisor
{
    /// <summary>What a decision is made from.</summary>
    public readonly record struct Question(Slot Slot, ProcessImage Image, Site Site, Envelope Envelope);

    /// <param name="question">The slot, the senses, the site and its envelope.</param>
    /// <param name="proposal">What the policy asked for, null when it was silent.</param>
    /// <param name="policyName">Who proposed.</param>
    public static Decision Decide(Question question, Proposal? proposal, string policyName)
    {
        var reasons = ImmutableArray.CreateBuilder<Reason>();
        var (modes, ledBy) = Lead(question, proposal, policyName, reasons);
        var balance = Balance.Of(question.Image);
        var batteries = ImmutableArray.CreateBuilder<BatteryDecision>(modes.Batteries.Length);
        for (var i = 0; i < modes.Batteries.Length; i++)
            batteries.Add(DecideBattery(question, modes.Batteries[i], i, balance, reasons));
        var chargers = ImmutableArray.CreateBuilder<EvDecision>(modes.EvChargers.Length);
        for (var i = 0; i < modes.EvChargers.Length; i++)
            chargers.Add(DecideCharger(question, modes.EvChargers[i], i, reasons));
        return new(question.Slot, ledBy, batteries.MoveToImmutable(), chargers.MoveToImmutable(), reasons.DrainToImmutable());
    }

    private static (Proposal Modes, string LedBy) Lead(Question question, Proposal? proposal, string policyName, ImmutableArray<Reason>.Builder reasons)
    {
        var mode = question.Site.Running.PolicyMode;
        if (mode == PolicyMode.Act && proposal is not null && proposal.Fits(question.Site))
        {
            reasons.Add(new(ReasonCode.PolicyLeads));
            return (proposal, policyName);
        }
        reasons.Add(new(mode switch
        {
            PolicyMode.Off => ReasonCode.RuleLeadsPolicyOff,
            PolicyMode.Shadow => ReasonCode.RuleLeadsPolicyShadow,
            _ => ReasonCode.RuleLeadsPolicySilent,
        }));
        return (SelfConsumption.Rule.Propose(new(question.Slot, question.Image, question.Site))!, SelfConsumption.Rule.Name);
    }

    private static BatteryDecision DecideBattery(Question question, BatteryMode mode, int index, Power? balance, ImmutableArray<Reason>.Builder reasons)
    {
        var allowed = question.Envelope.Batteries[index];
        if (allowed.Low.By == Bound.UnknownReading || allowed.High.By == Bound.UnknownReading || balance is not { } net)
        {
            reasons.Add(new(ReasonCode.RestsWithoutReadings, Subject.Battery, index));
            return new(mode, Power.Zero, allowed);
        }
        var share = question.Site.Batteries.Length == 1 ? net : net * Dispatch.Share(question.Site, index);
        var wanted = Dispatch.Wanted(mode, share, question.Site.Batteries[index]);
        var expected = allowed.ClipToWhole(wanted);
        reasons.Add(new(Why(mode, share), Subject.Battery, index, mode >= BatteryMode.GridCharge33 ? expected.Watts : share.Watts));
        if (allowed.Against(wanted) is var bound and not Bound.None)
            reasons.Add(new(ReasonCode.ExpectationClipped, Subject.Battery, index, (wanted - expected).Watts, bound));
        return new(mode, expected, allowed);
    }

    private static ReasonCode Why(BatteryMode mode, Power net) => mode switch
    {
        BatteryMode.SelfConsume => net > Dispatch.DeadBand ? ReasonCode.DeficitIsCovered : net < -Dispatch.DeadBand ? ReasonCode.SurplusIsStored : ReasonCode.NothingToBalance,
        BatteryMode.Hold => ReasonCode.BatteryHoldsForSurplus,
        BatteryMode.DischargeOnly => ReasonCode.BatteryOnlyCovers,
        BatteryMode.Idle => ReasonCode.BatteryIdles,
        _ => ReasonCode.GridCharges,
    };

    private static EvDecision DecideCharger(Question question, EvMode mode, int index, ImmutableArray<Reason>.Builder reasons)
    {
        var state = question.Image.EvChargers[index].State;
        if (state.IsGood && state.Value == EvState.NoCar)
        {
            reasons.Add(new(ReasonCode.NoCar, Subject.EvCharger, index));
            return new(mode, Power.Zero);
        }
        reasons.Add(new(mode switch
        {
            EvMode.Off => ReasonCode.ChargerOff,
            EvMode.SurplusOnly => ReasonCode.ChargerTakesSurplus,
            EvMode.Minimum => ReasonCode.ChargerAtMinimum,
            EvMode.Half => ReasonCode.ChargerAtHalf,
            _ => ReasonCode.ChargerAtFull,
        }, Subject.EvCharger, index));
        var charger = question.Site.EvChargers[index];
        var phasePower = question.Site.Pcc.NominalVoltage * charger.Phases;
        return new(mode, (Dispatch.BaseCurrent(mode, charger) * phasePower).ToWholeWatts());
    }
}
