using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Switches the loads that may wait. They come after batteries and chargers: on what those leave of a surplus, and off when those cannot keep a limit.
/// What a load really draws is not known (a thermostat may have it off), so it is counted with its rating.</summary>
public static class FollowLoads
{
    /// <summary>Surplus must hold this long before a load starts on it.</summary>
    private const double StartAfterSeconds = 60;

    /// <summary>A load on surplus keeps running this long without it.</summary>
    private const double StopAfterSeconds = 180;

    /// <summary>So long a load that was shed is believed to be on its way: a relay's and a meter's time. Then the next one has to go.</summary>
    public const double CreditSeconds = 2;

    /// <summary>Counting stops here; no shortest time is longer than a day.</summary>
    private const double MostSeconds = 86_400;

    /// <summary>PV is curtailed while the export is so near to its limit and a plant is held down, W.</summary>
    private const double NearLimit = 150;

    /// <param name="draft">The step's draft; what batteries and chargers do is in it already.</param>
    /// <param name="decision">The decision in force, or null: then nothing runs on surplus.</param>
    /// <remarks>One load is switched on at a time, and its effect waited for: until then the surplus is not known.</remarks>
    public static void Apply(Draft draft, Decision? decision)
    {
        var isTrying = false;
        foreach (var before in draft.Memory.Loads)
            isTrying |= before is { MayRun: true, SinceSeconds: < StartAfterSeconds };
        for (var i = 0; i < draft.NewLoads.Length; i++)
        {
            var (load, before) = (draft.Site.Loads[i], draft.Memory.Loads[i]);
            var most = draft.Envelope.Loads[i].High;
            var (byHand, mode) = (draft.Asked.IsMaintenance || draft.Asked.Load(i) is not null, draft.Asked.OfLoad(i, load.DefaultMode));
            if (decision is null && mode == LoadMode.SurplusOnly)
                mode = LoadMode.Off;
            var after = before with { SinceSeconds = Math.Min(before.SinceSeconds + draft.StepSeconds, MostSeconds) };
            if (most.Value < load.Rated)
                (after, draft.LoadBy[i]) = (Switched(after, false), most.By);
            else
                after = Wanted(draft, i, (mode, byHand, isTrying ? double.NegativeInfinity : -draft.Import), after);
            isTrying |= after.MayRun && !before.MayRun;
            draft.NewLoads[i] = after;
        }
    }

    /// <summary>Switches a running load off for a limit, whatever its shortest time; returns the watts that may bring.</summary>
    public static double Shed(Draft draft, int index, Bound by)
    {
        if (!draft.NewLoads[index].MayRun)
            return 0;
        draft.NewLoads[index] = Switched(draft.NewLoads[index], false);
        draft.LoadBy[index] = by;
        return draft.Memory.Loads[index].MayRun ? draft.Site.Loads[index].Rated.Watts : 0;
    }

    /// <summary>What loads that have just been switched off will not draw any more, though the meter still shows it, W.</summary>
    public static double Leaving(Draft draft)
    {
        var watts = 0.0;
        for (var i = 0; i < draft.NewLoads.Length; i++)
            if (draft.NewLoads[i] is { MayRun: false, SinceSeconds: < CreditSeconds })
                watts += draft.Site.Loads[i].Rated.Watts;
        return watts;
    }

    private static LoadMemory Wanted(Draft draft, int index, (LoadMode Mode, bool ByHand, double Left) asked, LoadMemory now)
    {
        var load = draft.Site.Loads[index];
        var wants = asked.Mode switch
        {
            LoadMode.Off => false,
            LoadMode.On => true,
            _ => now.MayRun ? Stays(draft, ref now) : Starts(draft, load, asked.Left, ref now),
        };
        if (wants == now.MayRun)
            return now;
        if (!wants)
            return asked.ByHand || now.SinceSeconds >= load.OnMin.TotalSeconds ? Switched(now, false) : now;
        // With all it may draw it must fit, or the next step would shed it again.
        var limit = draft.Envelope.ImportMax;
        var fits = load.Rated.Watts - asked.Left <= limit.Value.Watts;
        if (!fits && double.IsFinite(asked.Left))
            draft.LoadBy[index] = limit.By;
        return fits && now.SinceSeconds >= load.OffMin.TotalSeconds ? Switched(now, true) : now;
    }

    private static bool Starts(Draft draft, FlexibleLoad load, double left, ref LoadMemory now)
    {
        var isEnough = left >= load.Rated.Watts || (double.IsFinite(left) && IsCurtailed(draft));
        now = now with { EnoughSeconds = isEnough ? now.EnoughSeconds + draft.StepSeconds : 0, ShortSeconds = 0 };
        return now.EnoughSeconds >= StartAfterSeconds;
    }

    /// <summary>Batteries may be feeding it, so the surplus is counted without them.</summary>
    private static bool Stays(Draft draft, ref LoadMemory now)
    {
        now = now with { EnoughSeconds = 0, ShortSeconds = draft.Spare < 0 ? now.ShortSeconds + draft.StepSeconds : 0 };
        return now.ShortSeconds < StopAfterSeconds;
    }

    /// <summary>A plant is held down for the export limit's sake: nobody knows how much more it would give, so it is tried.</summary>
    private static bool IsCurtailed(Draft draft)
    {
        if (-draft.Import < draft.Envelope.ExportMax.Value.Watts - NearLimit)
            return false;
        foreach (var limit in draft.Memory.PvLimits)
            if (double.IsFinite(limit))
                return true;
        return false;
    }

    private static LoadMemory Switched(LoadMemory before, bool mayRun) => before.MayRun == mayRun ? before with { EnoughSeconds = 0 } : new(mayRun, 0, 0, 0);
}
