using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>What the controller relies on and can lose.</summary>
public enum SafetyInput : byte
{
    GridPower,
    GridVoltage,
    GridFrequency,
    PhaseCurrent,
    BatterySoc,
    BatteryPower,
    Bms,
    PvPower,
    ChargerPower,
    DsoContact,
    RippleReceiver,
    StopContact,
    Obedience,
    Decision,
    Advice,
    Clock,
    Store,
}

/// <summary>How an input is lost.</summary>
public enum Loss : byte
{
    None = 0,

    /// <summary>A true value, older than it may be.</summary>
    Stale,

    /// <summary>An answer that cannot be used: sentinel, implausible, frozen, malformed, refused.</summary>
    Bad,

    /// <summary>No answer at all.</summary>
    Gone,
}

/// <summary>What is done about a loss. Every one of them only tightens.</summary>
[Flags]
public enum FailsafeAct
{
    None = 0,

    /// <summary>The one battery neither charges nor discharges.</summary>
    BatteryRests = 1,
    AllBatteriesRest = 1 << 1,

    AllChargersAtMinimum = 1 << 3,

    /// <summary>The plants together stay below the export limit even if the house took nothing.</summary>
    PlantsInsideExport = 1 << 4,

    /// <summary>Import and export may not become more than they are.</summary>
    ExchangeMayNotGrow = 1 << 5,

    /// <summary>Nothing is bought or sold by choice.</summary>
    NoExchangeByChoice = 1 << 6,

    /// <summary>A charger counts with all it was offered.</summary>
    CountedAsOffered = 1 << 7,

    /// <summary>A plant counts with all it may produce.</summary>
    CountedAsAllowed = 1 << 8,

    /// <summary>The limit is taken to be in force.</summary>
    LimitAssumed = 1 << 9,

    /// <summary>The stop is taken to be pressed.</summary>
    StopAssumed = 1 << 10,

    /// <summary>The device is asked for rest only, and gets no credit.</summary>
    NoCredit = 1 << 11,

    /// <summary>No mode is followed any more; batteries rest, chargers go down to their minimum.</summary>
    SafeLimitsOnly = 1 << 12,

    /// <summary>The plain self-consumption rule takes the lead.</summary>
    RuleLeads = 1 << 13,

    /// <summary>Orders that would relax anything are refused; those that tighten are taken.</summary>
    OnlyTightening = 1 << 14,

    /// <summary>Control goes on from memory; an alert says so.</summary>
    GoesOnFromMemory = 1 << 15,
}

/// <summary>One line of the failsafe table: what happens when an input is stale, bad or gone, within which time, and why so.</summary>
/// <param name="WithinSeconds">From the moment the loss can be known to the reaction at the device.</param>
public sealed record FailsafeRow(SafetyInput Input, FailsafeAct Stale, FailsafeAct Bad, FailsafeAct Gone, int WithinSeconds, string Why)
{
    public FailsafeAct Of(Loss loss) => loss switch
    {
        Loss.Stale => Stale,
        Loss.Bad => Bad,
        Loss.Gone => Gone,
        _ => FailsafeAct.None,
    };
}

/// <summary>The failsafe table: the only place that says what a loss leads to. The envelope, Follow and the daemon act from it, and people can read it.</summary>
public static class Failsafe
{
    private const FailsafeAct Blind = FailsafeAct.AllBatteriesRest | FailsafeAct.AllChargersAtMinimum | FailsafeAct.PlantsInsideExport;

    private static readonly FailsafeRow[] Rows =
    [
        Same(SafetyInput.GridPower, Blind, 15, "without the meter nobody knows what a setpoint does at the connection"),
        new(SafetyInput.GridVoltage, FailsafeAct.None, FailsafeAct.NoExchangeByChoice, FailsafeAct.NoExchangeByChoice, 15, "an old voltage goes on limiting; an unknown one may be outside its band"),
        new(SafetyInput.GridFrequency, FailsafeAct.None, FailsafeAct.NoExchangeByChoice, FailsafeAct.NoExchangeByChoice, 15, "as with the voltage"),
        new(SafetyInput.PhaseCurrent, FailsafeAct.None, FailsafeAct.ExchangeMayNotGrow, FailsafeAct.ExchangeMayNotGrow, 15, "the fuse of one phase may be nearer than the sum shows"),
        Same(SafetyInput.BatterySoc, FailsafeAct.BatteryRests, 15, "the SoC bounds and the backup reserve cannot be kept"),
        Same(SafetyInput.BatteryPower, FailsafeAct.BatteryRests, 15, "a battery that cannot be watched is not steered"),
        new(SafetyInput.Bms, FailsafeAct.None, FailsafeAct.BatteryRests, FailsafeAct.BatteryRests, 15, "old limits go on limiting; unknown cell voltages, temperatures or current limits may be exceeded"),
        new(SafetyInput.PvPower, FailsafeAct.CountedAsAllowed, FailsafeAct.CountedAsAllowed, FailsafeAct.CountedAsAllowed, 15, "it may produce all it is allowed to"),
        new(SafetyInput.ChargerPower, FailsafeAct.CountedAsOffered, FailsafeAct.CountedAsOffered, FailsafeAct.CountedAsOffered, 15, "the car may draw all it was offered"),
        Same(SafetyInput.DsoContact, FailsafeAct.LimitAssumed, 2, "a cut wire must not lift the network operator's limit"),
        Same(SafetyInput.RippleReceiver, FailsafeAct.LimitAssumed, 2, "the strictest step that is wired is taken to hold"),
        Same(SafetyInput.StopContact, FailsafeAct.StopAssumed, 2, "a stop that cannot be read stops"),
        new(SafetyInput.Obedience, FailsafeAct.None, FailsafeAct.NoCredit, FailsafeAct.NoCredit, 15, "a device that does not do what it is told must not be counted on"),
        new(SafetyInput.Decision, FailsafeAct.SafeLimitsOnly, FailsafeAct.SafeLimitsOnly, FailsafeAct.SafeLimitsOnly, 1, "a decision holds for its lease and not longer"),
        new(SafetyInput.Advice, FailsafeAct.RuleLeads, FailsafeAct.RuleLeads, FailsafeAct.RuleLeads, 1, "whoever advises is a guest"),
        new(SafetyInput.Clock, FailsafeAct.None, FailsafeAct.OnlyTightening | FailsafeAct.RuleLeads, FailsafeAct.OnlyTightening | FailsafeAct.RuleLeads, 1, "rhythms and leases run on monotonic time; only what names a time of day needs the clock"),
        new(SafetyInput.Store, FailsafeAct.None, FailsafeAct.GoesOnFromMemory, FailsafeAct.GoesOnFromMemory, 1, "a dead card must not end control"),
    ];

    /// <summary>Every line, in the order of <see cref="SafetyInput"/>.</summary>
    public static ImmutableArray<FailsafeRow> Table { get; } = [.. Rows];

    public static FailsafeAct Of(SafetyInput input, Loss loss) => Rows[(int)input].Of(loss);

    /// <summary>What a reading's loss leads to; what the site never had cannot be lost.</summary>
    public static FailsafeAct Of(SafetyInput input, Quality quality) => Rows[(int)input].Of(LossOf(quality));

    /// <summary>The same of an input that the site file names: it cannot be absent, only lost.</summary>
    public static FailsafeAct OfNamed(SafetyInput input, Quality quality) =>
        quality is { Trust: Trust.Bad, Reason: BadReason.NotInstalled } ? Of(input, Loss.Gone) : Of(input, quality);

    /// <summary>How a reading is lost.</summary>
    public static Loss LossOf(Quality quality) => quality.Trust switch
    {
        Trust.Good => Loss.None,
        Trust.Uncertain => Loss.Stale,
        _ => quality.Reason switch
        {
            BadReason.NotInstalled => Loss.None,
            BadReason.NeverRead or BadReason.Timeout or BadReason.Unreachable or BadReason.Expired => Loss.Gone,
            _ => Loss.Bad,
        },
    };

    /// <summary>How the clock is lost: one that runs on by itself is old, one that nobody has set is no clock.</summary>
    public static Loss LossOfClock(ClockTrust clock) => clock switch
    {
        ClockTrust.Synced => Loss.None,
        ClockTrust.Holdover => Loss.Stale,
        _ => Loss.Gone,
    };

    private static FailsafeRow Same(SafetyInput input, FailsafeAct reaction, int within, string why) => new(input, reaction, reaction, reaction, within, why);
}
