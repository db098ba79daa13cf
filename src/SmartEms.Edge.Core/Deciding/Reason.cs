using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>One numbered ground of a decision. Values are W, or % where the words say so; the bound names what clipped.</summary>
public readonly record struct Reason(ReasonCode Code, Subject Subject = Subject.Site, int Index = 0, double Value = 0, Bound Bound = Bound.None);

/// <summary>Every ground a decision can have; numbers are stable and appear as R101.</summary>
public enum ReasonCode : short
{
    RuleLeadsClockDoubted = 100,
    PolicyLeads = 101,
    RuleLeadsPolicyOff = 102,
    RuleLeadsPolicyShadow = 103,
    RuleLeadsPolicySilent = 104,

    StopStands = 105,
    GridIsLost = 106,
    ConstraintHolds = 107,
    ConstraintAssumed = 108,
    MaintenanceStands = 109,

    SurplusIsStored = 110,
    DeficitIsCovered = 111,
    NothingToBalance = 112,
    BatteryHoldsForSurplus = 113,
    BatteryOnlyCovers = 114,
    BatteryIdles = 115,
    GridCharges = 116,

    ExpectationClipped = 120,
    RestsWithoutReadings = 121,

    ModeByHand = 125,
    PowerByHand = 126,
    CurrentByHand = 127,

    ChargerOff = 130,
    ChargerTakesSurplus = 131,
    ChargerAtMinimum = 132,
    ChargerAtHalf = 133,
    ChargerAtFull = 134,
    NoCar = 135,

    /// <summary>The value is what the car is still to be given, Wh.</summary>
    DepartureIsTold = 136,
    DepartureIsForetold = 137,

    /// <summary>The value is in the site's currency.</summary>
    ChargingAtOnceWouldCost = 138,

    PlanLeadsPolicyShadow = 140,
    PlanLeadsPolicySilent = 141,

    /// <summary>The value is the mode's number.</summary>
    PolicyWouldChoose = 142,

    /// <summary>The value is in the site's currency per kWh.</summary>
    StoredEnergyIsWorth = 143,

    /// <summary>The index is the mode's number, the value in the site's currency.</summary>
    ModeWouldCost = 144,

    /// <summary>The value is what it would have paid less, in the site's currency, over the days that decide.</summary>
    RuleHasPaidLess = 145,
    PlanHasPaidLess = 146,

    /// <summary>The value is the peak that is paid for, W.</summary>
    PeakWouldCost = 150,

    /// <summary>The value is in kg CO₂ per kWh.</summary>
    CarbonCounts = 151,

    /// <summary>The value is its age in hours.</summary>
    OthersForetell = 152,

    /// <summary>The value is the number of the charger's mode.</summary>
    CarToComeWouldGet = 153,
}

/// <summary>The reasons in words.</summary>
public static class Reasons
{
    public static string Id(ReasonCode code) => $"R{(int)code}";

    public static string Text(Reason reason, Site site)
    {
        var name = Catalogue.NameOf(new(default, reason.Subject, reason.Index), site);
        var watts = $"{Math.Abs(reason.Value):0} W";
        return reason.Code switch
        {
            ReasonCode.PolicyLeads => "the policy's proposal is followed",
            ReasonCode.RuleLeadsPolicyOff => "the policy is off; the plain self-consumption rule leads",
            ReasonCode.RuleLeadsPolicyShadow => "the policy is only watched (shadow); the plain self-consumption rule leads",
            ReasonCode.RuleLeadsPolicySilent => "the policy had nothing sound to say; the plain self-consumption rule leads",
            ReasonCode.RuleLeadsClockDoubted => "the clock is not trusted, so the policy is not asked; the plain self-consumption rule leads",
            ReasonCode.StopStands => "the emergency stop stands: everything controllable is at nothing",
            ReasonCode.GridIsLost => "the grid is lost: batteries carry the house by themselves, chargers are shed",
            ReasonCode.ConstraintHolds => $"{Words(reason.Bound)} holds: at most {watts}",
            ReasonCode.ConstraintAssumed => $"{Words(reason.Bound)} is taken to hold because its source cannot be read: at most {watts}",
            ReasonCode.MaintenanceStands => "maintenance: policy and overrides are not heard, every device rests",
            ReasonCode.ModeByHand => $"{name}: the mode was set by hand",
            ReasonCode.PowerByHand => $"{name}: {watts} {(reason.Value < 0 ? "of charging" : "of discharging")} were asked for by hand",
            ReasonCode.CurrentByHand => $"{name}: {reason.Value:0.#} A were asked for by hand",
            ReasonCode.SurplusIsStored => $"{name} self-consumes: {watts} of surplus would be exported and is stored",
            ReasonCode.DeficitIsCovered => $"{name} self-consumes: {watts} would be bought and is covered from the battery",
            ReasonCode.NothingToBalance => $"{name} self-consumes: generation and load are in balance",
            ReasonCode.BatteryHoldsForSurplus => $"{name} only stores surplus and keeps its charge",
            ReasonCode.BatteryOnlyCovers => $"{name} only covers load",
            ReasonCode.BatteryIdles => $"{name} rests",
            ReasonCode.GridCharges => $"{name} charges with {watts}, from the grid if need be",
            ReasonCode.ExpectationClipped => $"{name}: {watts} less than wanted, clipped by {Words(reason.Bound)} ({BoundSources.Of(reason.Bound)})",
            ReasonCode.RestsWithoutReadings => $"{name} rests: a reading it needs is unknown (fail-safe rule)",
            ReasonCode.ChargerOff => $"{name} is off",
            ReasonCode.ChargerTakesSurplus => $"{name} takes surplus only, above its minimum current",
            ReasonCode.ChargerAtMinimum => $"{name} charges at its minimum, more with surplus",
            ReasonCode.ChargerAtHalf => $"{name} charges at half of its current",
            ReasonCode.ChargerAtFull => $"{name} charges with all the connection allows",
            ReasonCode.NoCar => $"no car at {name}",
            _ => OfPlan(reason, site, name),
        };
    }

    private static string OfPlan(Reason reason, Site site, string name)
    {
        return reason.Code switch
        {
            ReasonCode.DepartureIsTold => $"{name}: {reason.Value / 1_000:0.0} kWh are to be charged before the car leaves, as it was told",
            ReasonCode.DepartureIsForetold => $"{name}: {reason.Value / 1_000:0.0} kWh are to be charged before the car leaves, as earlier stays foretell",
            ReasonCode.ChargingAtOnceWouldCost => $"{name}: charging with full power now would cost {reason.Value:0.000} {site.Tariff.Currency} more",
            ReasonCode.PlanLeadsPolicyShadow => "the policy is only watched (shadow); the plan leads",
            ReasonCode.PlanLeadsPolicySilent => "the policy had nothing sound to say; the plan leads",
            ReasonCode.PolicyWouldChoose => $"the policy would have chosen {Mode((int)reason.Value)}",
            ReasonCode.StoredEnergyIsWorth => $"one more kWh in the battery is worth {reason.Value:0.000} {site.Tariff.Currency}",
            ReasonCode.ModeWouldCost => reason.Value >= 0 ? $"{Mode(reason.Index)} would cost {reason.Value:0.000} {site.Tariff.Currency} more" : $"{Mode(reason.Index)} would cost {-reason.Value:0.000} {site.Tariff.Currency} less by the plan",
            ReasonCode.RuleHasPaidLess => $"over the last {Contest.WindowDays} days the plain self-consumption rule would have paid {Less(reason, site)}; it leads",
            ReasonCode.PlanHasPaidLess => $"over the last {Contest.WindowDays} days the plan would have paid {Less(reason, site)} than the better of rule and policy; it leads",
            ReasonCode.PeakWouldCost => $"{Spoken(site.Tariff.Demand)} above the peak so far of {reason.Value / 1000:0.0} kW",
            ReasonCode.CarbonCounts => $"a kWh from the grid carries {reason.Value:0.000} kg CO₂ now, which counts as {reason.Value * site.Weights.CarbonPrice:0.000} {site.Tariff.Currency}",
            ReasonCode.OthersForetell => $"what others foretell is part of the forecast; it is {reason.Value:0.0} h old",
            ReasonCode.CarToComeWouldGet => $"{name}: a car that comes now {Waits((EvMode)reason.Value)}; by what earlier stays foretell, that costs least",
            _ => reason.Code.ToString(),
        };

        string Spoken(DemandCharge? demand) => demand is null ? "peaks would cost"
            : $"each kW would cost {demand.PerKilowatt:0.00} {site.Tariff.Currency} for the {(demand.Period == BillingPeriod.Year ? "year" : "month")}";
    }

    private static string Less(Reason reason, Site site) => $"{Math.Abs(reason.Value):0.00} {site.Tariff.Currency} {(reason.Value >= 0 ? "less" : "more")}";

    private static string Waits(EvMode mode) => mode switch
    {
        EvMode.Off => "waits",
        EvMode.SurplusOnly => "waits and takes surplus only",
        EvMode.Minimum => "charges at once at its minimum, more with surplus",
        EvMode.Half => "charges at once at half of its current",
        _ => "charges at once with all the connection allows",
    };

    private static string Mode(int mode) => (BatteryMode)mode switch
    {
        BatteryMode.SelfConsume => "self-consumption",
        BatteryMode.Hold => "holding the charge",
        BatteryMode.DischargeOnly => "only covering load",
        BatteryMode.Idle => "resting",
        BatteryMode.GridCharge33 => "charging at a third",
        BatteryMode.GridCharge66 => "charging at two thirds",
        _ => "charging at full power",
    };

    /// <summary>A bound in the field's words.</summary>
    public static string Words(Bound bound) => bound switch
    {
        Bound.Rating => "the device rating",
        Bound.SocMin => "the lower SoC bound",
        Bound.SocMax => "the upper SoC bound",
        Bound.BmsCurrent => "the BMS current limit",
        Bound.BmsForbids => "the BMS",
        Bound.CellVoltage => "the cell voltage",
        Bound.Temperature => "the battery temperature",
        Bound.GridVoltage => "the grid voltage",
        Bound.GridFrequency => "the grid frequency",
        Bound.PhaseCurrent => "the phase fuse",
        Bound.ImportLimit => "the import limit",
        Bound.ExportLimit => "the export limit",
        Bound.UnknownReading => "an unknown reading",
        Bound.Ramp => "the ramp rate",
        Bound.EvMinimum => "the charger's minimum current",
        Bound.Lease => "the expired decision",
        Bound.RippleControl => "the ripple control receiver",
        Bound.NotControllable => "a device that does not do what it is told",
        Bound.EmergencyStop => "the emergency stop",
        Bound.DsoLimit => "the network operator's limit",
        Bound.OrderedLimit => "an ordered limit",
        Bound.BackupReserve => "the backup reserve",
        Bound.Island => "the lost grid",
        Bound.PhaseUnbalance => "the difference between phases",
        Bound.Recovery => "the staged recovery",
        Bound.PhaseSwitch => "the change of phases",
        Bound.Maintenance => "maintenance",
        Bound.Override => "a manual override",
        _ => "nothing",
    };
}
