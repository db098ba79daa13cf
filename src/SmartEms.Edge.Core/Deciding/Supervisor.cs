using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Chooses who leads, turns modes into a decision inside the envelope, and writes down every ground.</summary>
public static class Supervisor
{
    /// <summary>What a decision is made from.</summary>
    public readonly record struct Question(Slot Slot, ProcessImage Image, Site Site, Envelope Envelope)
    {
        /// <summary>Leads where the policy is only watched or has nothing sound to say; null = there is none.</summary>
        public Plan? Plan { get; init; }

        /// <summary>What the plan answers; null = there is none.</summary>
        public PlanQuestion? Asked { get; init; }

        /// <summary>Says who leads of those that have something to say; null = nobody is judged yet.</summary>
        public Contest? Contest { get; init; }

        /// <summary>What the plan wants of the chargers; empty without one.</summary>
        public ImmutableArray<PlannedCharger?> Chargers { get; init; } = [];
    }

    /// <summary>Whether the policy is asked at all: not while it is off, in safe mode, or while nobody knows what time of day it is.</summary>
    public static bool Hears(ProcessImage image, Site site) => site.Running.PolicyMode != PolicyMode.Off && image.Box.Start != StartMode.Safe && !IsClockDoubted(image);

    private static bool IsClockDoubted(ProcessImage image) => (Failsafe.Of(SafetyInput.Clock, Failsafe.LossOfClock(image.Box.Clock)) & FailsafeAct.RuleLeads) != 0;

    /// <param name="question">The slot, the senses, the site and its envelope.</param>
    /// <param name="proposal">What the policy asked for, null when it was silent.</param>
    /// <param name="policyName">Who proposed.</param>
    public static Decision Decide(Question question, Proposal? proposal, string policyName)
    {
        var reasons = ImmutableArray.CreateBuilder<Reason>();
        var (modes, ledBy) = Lead(question, proposal, policyName, reasons);
        Above(question, reasons);
        var asked = new AskedByHand(question.Image.Orders, question.Image.TakenAt);
        var balance = Balance.Of(question.Image);
        var batteries = ImmutableArray.CreateBuilder<BatteryDecision>(modes.Batteries.Length);
        for (var i = 0; i < modes.Batteries.Length; i++)
            batteries.Add(DecideBattery(question, asked.OfBattery(i, modes.Batteries[i]), i, balance, reasons));
        var chargers = ImmutableArray.CreateBuilder<EvDecision>(modes.EvChargers.Length);
        for (var i = 0; i < modes.EvChargers.Length; i++)
            chargers.Add(DecideCharger(question, asked.OfCharger(i, OfPlan(question, i, reasons) ?? modes.EvChargers[i]), i, reasons));
        return new(question.Slot, ledBy, batteries.MoveToImmutable(), chargers.MoveToImmutable(), reasons.DrainToImmutable());
    }

    /// <summary>Who stands above the one that leads, in the order of precedence: the stop, a lost grid, grid constraints, maintenance, overrides by hand.</summary>
    private static void Above(Question question, ImmutableArray<Reason>.Builder reasons)
    {
        var (image, site, envelope) = (question.Image, question.Site, question.Envelope);
        if (envelope.IsStopped)
            reasons.Add(new(ReasonCode.StopStands, Bound: Bound.EmergencyStop));
        if (envelope.IsIsland)
            reasons.Add(new(ReasonCode.GridIsLost, Bound: Bound.Island));
        foreach (var active in envelope.Constraints)
            reasons.Add(new(active.IsAssumed ? ReasonCode.ConstraintAssumed : ReasonCode.ConstraintHolds, Value: active.Limit.Watts, Bound: active.By));
        var asked = new AskedByHand(image.Orders, image.TakenAt);
        if (asked.IsMaintenance)
            reasons.Add(new(ReasonCode.MaintenanceStands, Bound: Bound.Maintenance));
        for (var i = 0; i < site.Batteries.Length; i++)
            if (asked.Battery(i) is { } order)
                reasons.Add(new(order.Kind == OverrideKind.BatteryMode ? ReasonCode.ModeByHand : ReasonCode.PowerByHand, Subject.Battery, i, order.Value, Bound.Override));
        for (var i = 0; i < site.EvChargers.Length; i++)
            if (asked.Charger(i) is { } order)
                reasons.Add(new(order.Kind == OverrideKind.EvMode ? ReasonCode.ModeByHand : ReasonCode.CurrentByHand, Subject.EvCharger, i, order.Value, Bound.Override));
    }

    private static (Proposal Modes, string LedBy) Lead(Question question, Proposal? proposal, string policyName, ImmutableArray<Reason>.Builder reasons)
    {
        var mode = question.Site.Running.PolicyMode;
        var leader = question.Contest?.Leader ?? Candidate.Policy;
        if (mode != PolicyMode.Off && question.Plan is not null && leader == Candidate.Rule)
        {
            reasons.Add(new(ReasonCode.RuleHasPaidLess, Value: question.Contest!.Lead(Candidate.Rule)));
            var plain = SelfConsumption.Rule.Propose(new(question.Slot, question.Image, question.Site))!;
            Alternatives(question, plain, reasons);
            return (plain, SelfConsumption.Rule.Name);
        }
        if (mode == PolicyMode.Act && leader != Candidate.Plan && proposal is not null && proposal.Fits(question.Site))
        {
            reasons.Add(new(ReasonCode.PolicyLeads));
            Alternatives(question, proposal, reasons);
            return (proposal, policyName);
        }
        if (mode != PolicyMode.Off && question.Plan is { } plan)
        {
            var planned = FollowPlan.Same(question.Site, plan.Battery);
            reasons.Add(mode == PolicyMode.Shadow ? new(ReasonCode.PlanLeadsPolicyShadow)
                : proposal is null ? new(ReasonCode.PlanLeadsPolicySilent) : new(ReasonCode.PlanHasPaidLess, Value: question.Contest?.Lead(Candidate.Plan) ?? 0));
            if (mode == PolicyMode.Shadow && proposal is not null && proposal.Fits(question.Site) && !proposal.Batteries.IsEmpty && proposal.Batteries[0] != plan.Battery)
                reasons.Add(new(ReasonCode.PolicyWouldChoose, Value: (double)proposal.Batteries[0]));
            Alternatives(question, planned, reasons);
            return (planned, FollowPlan.Plain.Name);
        }
        reasons.Add(new(mode switch
        {
            PolicyMode.Off => ReasonCode.RuleLeadsPolicyOff,
            _ when question.Image.Box.Start == StartMode.Safe => ReasonCode.RuleLeadsPolicyOff,
            _ when IsClockDoubted(question.Image) => ReasonCode.RuleLeadsClockDoubted,
            PolicyMode.Shadow => ReasonCode.RuleLeadsPolicyShadow,
            _ => ReasonCode.RuleLeadsPolicySilent,
        }));
        return (SelfConsumption.Rule.Propose(new(question.Slot, question.Image, question.Site))!, SelfConsumption.Rule.Name);
    }

    /// <summary>What the plan goes by besides prices and the site's own forecast, where it matters.</summary>
    private static void Minded(Question question, ImmutableArray<Reason>.Builder reasons)
    {
        if (question.Asked is not { } asked)
            return;
        if (asked.MayRaisePeak)
            reasons.Add(new(ReasonCode.PeakWouldCost, Value: asked.PeakSoFar));
        if (asked.Weights.CarbonPrice > 0 && !asked.Prices.Carbon.IsEmpty)
            reasons.Add(new(ReasonCode.CarbonCounts, Value: asked.Prices.Carbon[0]));
        if (ExternalOutlook.Of(question.Image.Outside?.Foretold) is { } told && told.IsFresh(asked.Outlook.Start))
            reasons.Add(new(ReasonCode.OthersForetell, Value: (asked.Outlook.Start - told.IssuedAt).TotalHours));
    }

    /// <summary>What the plan expects, and what each other mode would cost.</summary>
    private static void Alternatives(Question question, Proposal chosen, ImmutableArray<Reason>.Builder reasons)
    {
        if (question.Plan is not { } plan || chosen.Batteries.IsEmpty)
            return;
        Minded(question, reasons);
        reasons.Add(new(ReasonCode.StoredEnergyIsWorth, Value: plan.WaterValue));
        for (var mode = BatteryMode.SelfConsume; mode <= BatteryMode.GridCharge100; mode++)
            if (mode != chosen.Batteries[0])
                reasons.Add(new(ReasonCode.ModeWouldCost, Subject.Site, (int)mode, plan.Regret(mode) - plan.Regret(chosen.Batteries[0])));
    }

    private static BatteryDecision DecideBattery(Question question, (BatteryMode Mode, double? Watts) asked, int index, Power? balance, ImmutableArray<Reason>.Builder reasons)
    {
        var mode = asked.Mode;
        var allowed = question.Envelope.Batteries[index];
        if (allowed.Low.By == Bound.UnknownReading || allowed.High.By == Bound.UnknownReading || balance is not { } net)
        {
            reasons.Add(new(ReasonCode.RestsWithoutReadings, Subject.Battery, index));
            return new(mode, Power.Zero, allowed);
        }
        var share = question.Site.Batteries.Length == 1 ? net : net * Dispatch.Share(question.Site, index);
        var wanted = asked.Watts is { } watts ? Power.FromWatts(watts) : Dispatch.Wanted(mode, share, question.Site.Batteries[index]);
        var expected = allowed.ClipToWhole(wanted);
        if (asked.Watts is null)
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

    /// <summary>Who leads the batteries does not matter to a car that may wait.</summary>
    private static EvMode? OfPlan(Question question, int index, ImmutableArray<Reason>.Builder reasons)
    {
        if (question.Chargers.IsDefaultOrEmpty || question.Chargers[index] is not { } planned)
            return Awaits(question, index) ? EvMode.SurplusOnly : null;
        var asked = new AskedByHand(question.Image.Orders, question.Image.TakenAt);
        if (planned.Source == CarSource.MayCome && (asked.IsMaintenance || asked.Charger(index) is not null))
            return planned.Mode; // a car that comes would get what was asked by hand
        reasons.Add(planned.Source == CarSource.MayCome ? new(ReasonCode.CarToComeWouldGet, Subject.EvCharger, index, (double)planned.Mode)
            : new(planned.Source == CarSource.Told ? ReasonCode.DepartureIsTold : ReasonCode.DepartureIsForetold, Subject.EvCharger, index, planned.NeededWh));
        if (planned.AtOnceCosts > Valuation.Hair)
            reasons.Add(new(ReasonCode.ChargingAtOnceWouldCost, Subject.EvCharger, index, planned.AtOnceCosts));
        return planned.Mode;
    }

    /// <summary>Without a plan for the car that may come to a charger that is planned, it waits for the next quarter-hour's.</summary>
    private static bool Awaits(Question question, int index) => question.Site.EvChargers[index].IsPlanned && question.Site.IsPlanned
        && question.Image.EvChargers[index].State is { IsGood: true, Value: EvState.NoCar } && Hears(question.Image, question.Site);

    private static EvDecision DecideCharger(Question question, (EvMode Mode, double? Amperes) asked, int index, ImmutableArray<Reason>.Builder reasons)
    {
        var mode = asked.Mode;
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
        var offered = asked.Amperes is { } amperes ? Current.FromAmperes(Math.Min(amperes, charger.CurrentMax.Amperes)) : Dispatch.BaseCurrent(mode, charger);
        var wanted = (offered * phasePower).ToWholeWatts();
        var allowed = question.Envelope.EvChargers[index];
        if (wanted <= allowed.High.Value)
            return new(mode, wanted);
        var expected = allowed.ClipToWhole(wanted);
        reasons.Add(new(ReasonCode.ExpectationClipped, Subject.EvCharger, index, (wanted - expected).Watts, allowed.High.By));
        return new(mode, expected);
    }
}
