using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Switches chargers between one phase and all of them as the surplus allows. A contactor never moves under current, and seldom: offer nothing, wait until
/// the measured power shows it, switch, pause, offer the minimum, and only then believe in it.</summary>
public static class FollowPhases
{
    /// <summary>So long the surplus must be too small for all phases and enough for one: shorter than a surplus charger holds its minimum.</summary>
    private const double DownAfterSeconds = 120;

    /// <summary>So long it must be enough for all phases, and by so much, W.</summary>
    private const double UpAfterSeconds = 300;
    private const double UpMarginWatts = 400;

    /// <summary>Cars obey the pilot within 5 s (IEC 61851-1), and a power reading may be as old again.</summary>
    private const double DrainSeconds = 10;
    private const double DrainMostSeconds = 90;
    private const double PauseSeconds = 30;
    private const double ProveSeconds = 10;
    private const double DisproveSeconds = 15;

    /// <summary>Works out where the charger's change of phases stands now, and with how many it counts.</summary>
    /// <param name="draft">The step's draft.</param>
    /// <param name="index">The charger.</param>
    /// <param name="mode">The mode to carry out; off without a valid decision.</param>
    /// <param name="power">What the charger could take without buying, W.</param>
    public static void Step(Draft draft, int index, EvMode mode, double power)
    {
        var charger = draft.Site.EvChargers[index];
        if (charger.Switching is not { } rules)
            return;
        var now = Watched(draft, index, Aged(draft, index, draft.Memory.Chargers[index].Phases), rules);
        now = now.Stage switch
        {
            PhaseStage.Draining => Drain(draft, index, mode, now),
            PhaseStage.Pausing => Pause(draft, index, now),
            PhaseStage.Proving => Lean(draft, index, (mode, power), Prove(draft, index, now)),
            _ => Lean(draft, index, (mode, power), now),
        };
        draft.NewPhases[index] = now;
        draft.Phases[index] = draft.ChargerObeys(index) ? now.Of(charger) : charger.Phases;
    }

    /// <summary>The most a charger may offer while its phases change, A.</summary>
    public static double Most(Draft draft, int index) => draft.NewPhases[index].Stage switch
    {
        PhaseStage.Draining or PhaseStage.Pausing => 0,
        PhaseStage.Proving => draft.Site.EvChargers[index].CurrentMin.Amperes,
        _ => double.PositiveInfinity,
    };

    /// <summary>The other number of phases has suited better for long enough, and rest or count forbid the change.</summary>
    public static bool IsWaiting(Draft draft, int index) =>
        draft.NewPhases[index] is { Stage: PhaseStage.Settled } now && now.LeaningSeconds >= (now.Told == 1 ? UpAfterSeconds : DownAfterSeconds);

    /// <summary>What the contactor is told in this step, or null: never while anything could flow.</summary>
    public static int? Told(Draft draft, int index) =>
        draft.NewPhases[index] is { Stage: PhaseStage.Pausing } now && draft.Offer[index] == 0 && IsCurrentless(draft, index) ? now.Told : null;

    /// <summary>A charger on fewer phases than it has is bound by the difference between the phases as one that never had more.</summary>
    public static Envelope Narrow(Envelope envelope, ProcessImage image, Site site, FollowMemory memory)
    {
        for (var i = 0; i < site.EvChargers.Length; i++)
            if (memory.Chargers[i].Phases.Of(site.EvChargers[i]) is var phases && phases < site.EvChargers[i].Phases)
                envelope = envelope with { EvChargers = envelope.EvChargers.SetItem(i, PhaseUnbalance.Narrow(envelope.EvChargers[i], image, site, (i, phases))) };
        return envelope;
    }

    /// <summary>Time goes by; with the car its count goes, and the next one has to prove anew how many phases it gets.</summary>
    private static PhaseMemory Aged(Draft draft, int index, PhaseMemory memory)
    {
        var now = memory with { RestSeconds = Math.Max(0, memory.RestSeconds - draft.StepSeconds) };
        if (!IsEmpty(draft, index))
            return now;
        now = now with { Switches = 0 };
        return now is { Told: 1, Stage: PhaseStage.Settled } ? now.At(PhaseStage.Proving) : now;
    }

    /// <summary>More power than fewer phases can carry: the contactor is not where it was told to be, and all phases count.</summary>
    private static PhaseMemory Watched(Draft draft, int index, PhaseMemory now, PhaseSwitching rules)
    {
        if (now.Told != 1 || now.Stage is PhaseStage.Draining or PhaseStage.Pausing)
            return now;
        var isOver = Measured(draft, index) is { } watts && watts > (draft.Memory.Chargers[index].Offer.Amperes * draft.Site.Pcc.NominalVoltage.Volts * 1.1) + 200;
        var over = isOver ? now.StageSeconds + draft.StepSeconds : 0;
        if (isOver && (now.Stage == PhaseStage.Proving || over >= DisproveSeconds))
            return now.At(PhaseStage.Settled) with { Told = 0, RestSeconds = rules.RestSeconds };
        return now.Stage == PhaseStage.Settled ? now with { StageSeconds = over } : now;
    }

    /// <summary>How long the other number of phases has suited better, and whether the change begins. Where no car stands the contactor is left alone.</summary>
    private static PhaseMemory Lean(Draft draft, int index, (EvMode Mode, double Power) want, PhaseMemory now)
    {
        var charger = draft.Site.EvChargers[index];
        if (!MayBegin(draft, want.Mode))
            return now with { LeaningSeconds = 0 };
        var wish = Wish(draft, index, want, now);
        var isIdle = draft.Memory.Chargers[index].Offer == Current.Zero && IsCurrentless(draft, index);
        var isUsedUp = !IsEmpty(draft, index) && now.Switches >= charger.Switching!.SessionMax;
        if (now.Told == 0 && wish == charger.Phases)
            return isIdle && now.RestSeconds <= 0 && !isUsedUp ? Switched(draft, index, wish, now) : now with { LeaningSeconds = 0 };
        if (wish == now.Of(charger) || IsEmpty(draft, index) || !draft.ChargerObeys(index))
            return now with { LeaningSeconds = 0 };
        var leaning = now.LeaningSeconds + draft.StepSeconds;
        var enough = want.Mode >= EvMode.Half ? 0 : wish == 1 ? DownAfterSeconds : UpAfterSeconds;
        if (leaning < enough || now.RestSeconds > 0 || isUsedUp)
            return now with { LeaningSeconds = leaning };
        return now.At(PhaseStage.Draining);
    }

    /// <summary>A change that has begun goes on although the surplus changes; only what takes the charge away altogether ends it.</summary>
    private static PhaseMemory Drain(Draft draft, int index, EvMode mode, PhaseMemory now)
    {
        var charger = draft.Site.EvChargers[index];
        if (!MayBegin(draft, mode))
            return now.At(PhaseStage.Settled);
        var drained = now with { StageSeconds = now.StageSeconds + draft.StepSeconds };
        if (drained.StageSeconds >= DrainSeconds && draft.Memory.Chargers[index].Offer == Current.Zero && IsCurrentless(draft, index))
            return Switched(draft, index, now.Of(charger) == 1 ? charger.Phases : 1, drained);
        return drained.StageSeconds < DrainMostSeconds ? drained : now.At(PhaseStage.Settled) with { RestSeconds = charger.Switching!.RestSeconds };
    }

    /// <summary>While a car stands there every telling counts, for a contactor nobody knows the place of may have to move.</summary>
    private static PhaseMemory Switched(Draft draft, int index, int phases, PhaseMemory now) => now.At(PhaseStage.Pausing) with
    {
        Told = phases,
        RestSeconds = draft.Site.EvChargers[index].Switching!.RestSeconds,
        Switches = now.Switches + (IsEmpty(draft, index) ? 0 : 1),
    };

    /// <summary>The contactor is told all through the pause and may hear it late, so its rest begins at the pause's end.</summary>
    private static PhaseMemory Pause(Draft draft, int index, PhaseMemory now)
    {
        var paused = now with { StageSeconds = now.StageSeconds + draft.StepSeconds, RestSeconds = draft.Site.EvChargers[index].Switching!.RestSeconds };
        if (paused.StageSeconds < PauseSeconds)
            return paused;
        if (!draft.ChargerObeys(index))
            return paused.At(PhaseStage.Settled) with { Told = 0 };
        return paused.At(now.Told == 1 ? PhaseStage.Proving : PhaseStage.Settled);
    }

    private static PhaseMemory Prove(Draft draft, int index, PhaseMemory now)
    {
        var proven = Measured(draft, index) > CarStay.NothingWatts ? now.StageSeconds + draft.StepSeconds : 0;
        return proven >= ProveSeconds ? now.At(PhaseStage.Settled) : now with { StageSeconds = proven };
    }

    /// <summary>The number of phases that suits now: fixed modes want all, the others what the surplus can feed.</summary>
    private static int Wish(Draft draft, int index, (EvMode Mode, double Power) want, PhaseMemory now)
    {
        var charger = draft.Site.EvChargers[index];
        if (want.Mode >= EvMode.Half)
            return charger.Phases;
        var perPhase = charger.CurrentMin.Amperes * draft.Site.Pcc.NominalVoltage.Volts;
        if (now.Of(charger) == 1)
            return want.Power >= (perPhase * charger.Phases) + UpMarginWatts ? charger.Phases : 1;
        return want.Power >= perPhase && want.Power < perPhase * charger.Phases ? 1 : charger.Phases;
    }

    private static bool MayBegin(Draft draft, EvMode mode) =>
        mode != EvMode.Off && draft.ChargersMayFollow && draft.Envelope is { IsStopped: false, IsIsland: false };

    /// <summary>Surely no current: a fresh power of nothing, a state that does not contradict it, and a charger that answers.</summary>
    private static bool IsCurrentless(Draft draft, int index)
    {
        var state = draft.Image.EvChargers[index].State;
        return Measured(draft, index) < CarStay.NothingWatts
            && !(state.IsGood && state.Value == EvState.Charging)
            && draft.Image.Devices[draft.Site.EvChargers[index].Device].Link == LinkState.Up;
    }

    private static bool IsEmpty(Draft draft, int index) => draft.Image.EvChargers[index].State is { IsGood: true, Value: EvState.NoCar };

    private static double? Measured(Draft draft, int index) =>
        draft.Image.EvChargers[index].Charge is { IsGood: true } charge ? charge.Value.Watts : null;
}
