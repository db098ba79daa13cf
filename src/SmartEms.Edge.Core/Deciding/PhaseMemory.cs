using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Where a charger stands in a change of its phases. The numbers stand in records.</summary>
public enum PhaseStage : byte
{
    Settled = 0,

    /// <summary>Nothing is offered until the measured power shows that nothing flows.</summary>
    Draining,

    /// <summary>The contactor has been told; nothing is offered until it has surely moved.</summary>
    Pausing,

    /// <summary>The minimum is offered until the measured power fits to fewer phases.</summary>
    Proving,
}

/// <summary>What Follow must remember of a charger that switches its phases.</summary>
/// <param name="Told">Phases last told, and not contradicted since by the measured power; 0 = not known, which counts as all of them.</param>
/// <param name="Stage">Where a change stands.</param>
/// <param name="StageSeconds">How long that stage has lasted, s; while settled, how long more has flown than the phases allow.</param>
/// <param name="LeaningSeconds">How long the other number of phases would have suited better, s.</param>
/// <param name="RestSeconds">What is left of the rest until the contactor may move again, s.</param>
/// <param name="Switches">Changes since the car came.</param>
public readonly record struct PhaseMemory(int Told, PhaseStage Stage, double StageSeconds, double LeaningSeconds, double RestSeconds, int Switches)
{
    /// <summary>The phases a charger counts with.</summary>
    public int Of(EvCharger charger) => Told == 0 || charger.Switching is null ? charger.Phases : Math.Min(Told, charger.Phases);

    internal PhaseMemory At(PhaseStage stage) => this with { Stage = stage, StageSeconds = 0, LeaningSeconds = 0 };

    /// <summary>A change under way is forgotten before it reached the contactor, and left to be proven afterwards. The contactor may have moved since this was
    /// written down: it rests from now on, and as many moves are counted as there was time for.</summary>
    internal PhaseMemory AfterRestart(PhaseSwitching? rules, TimeSpan since)
    {
        if (rules is null)
            return this;
        var possible = since < TimeSpan.Zero ? rules.SessionMax : 1 + Math.Min(rules.SessionMax, Math.Floor(since.TotalSeconds / Math.Max(rules.RestSeconds, 1)));
        var again = Told == 1 ? At(PhaseStage.Proving) : Stage == PhaseStage.Settled ? this : At(PhaseStage.Settled);
        return again with { RestSeconds = rules.RestSeconds, Switches = (int)Math.Min(rules.SessionMax, Switches + possible) };
    }
}
