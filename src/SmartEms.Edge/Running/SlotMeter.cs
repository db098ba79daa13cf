using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Running;

/// <summary>Adds up what a quarter-hour brings, for the forecasts to learn from: the mean load and production. What was not measured, or curtailed, is not guessed.
/// The second's rhythm adds, the quarter-hour's asks.</summary>
internal sealed class SlotMeter(Site site)
{
    /// <summary>Less of a quarter-hour says too little about all of it.</summary>
    private const double CoverageMin = 0.5;

    /// <summary>More of it under a limit of ours does not show what the sun would have given.</summary>
    private const double CurtailedMax = 0.05;

    private readonly Lock gate = new();
    private Slot slot;
    private (double Seconds, double Load, double Pv, double Ev, double Curtailed) now;
    private (double Seconds, double Watts) imported;
    private (Slot Slot, StepMeans? Means, double? Imported) last;

    public void Add(ProcessImage image, Setpoints asked, double seconds)
    {
        lock (gate)
        {
            Turn(Slot.Of(image.TakenAt));
            if (image.Grid.Import.TryGood(out var import))
                imported = (imported.Seconds + seconds, imported.Watts + (Math.Max(0, import.Watts) * seconds));
            if (LoadOf(image) is { } flows)
                now = (now.Seconds + seconds, now.Load + (flows.Load * seconds), now.Pv + (flows.Pv * seconds), now.Ev + (flows.Ev * seconds), now.Curtailed + (IsCurtailed(asked) ? seconds : 0));
        }
    }

    /// <summary>What the quarter-hour before this one has brought; null = too little of it was measured.</summary>
    public StepMeans? Before(Slot current)
    {
        lock (gate)
        {
            Turn(current);
            return last.Slot.Index == current.Index - 1 ? last.Means : null;
        }
    }

    /// <summary>W: what the grid meter alone says was imported in the quarter-hour before this one, as a meter counts it that bills peaks: what is exported meanwhile is not
    /// taken off. Null = too little of it was measured.</summary>
    public double? ImportedBefore(Slot current)
    {
        lock (gate)
        {
            Turn(current);
            return last.Slot.Index == current.Index - 1 ? last.Imported : null;
        }
    }

    private void Turn(Slot to)
    {
        if (to == slot)
            return;
        var least = CoverageMin * Slot.Length.TotalSeconds;
        var pv = now.Curtailed > CurtailedMax * now.Seconds ? double.NaN : Math.Max(0, now.Pv / now.Seconds);
        last = (
            slot,
            now.Seconds >= least ? new(Math.Max(0, now.Load / now.Seconds), pv) { Ev = Math.Max(0, now.Ev / now.Seconds) } : null,
            imported.Seconds >= least ? imported.Watts / imported.Seconds : null);
        (slot, now, imported) = (to, default, default);
    }

    /// <summary>W; null when any of the flows is not Good.</summary>
    private static (double Load, double Pv, double Ev)? LoadOf(ProcessImage image)
    {
        if (!image.Grid.Import.TryGood(out var import))
            return null;
        var (load, pv, ev) = (import.Watts, 0.0, 0.0);
        foreach (var plant in image.PvPlants)
        {
            if (!plant.Production.TryGood(out var production))
                return null;
            pv += production.Watts;
        }
        foreach (var battery in image.Batteries)
        {
            if (!battery.Discharge.TryGood(out var discharge))
                return null;
            load += discharge.Watts;
        }
        foreach (var charger in image.EvChargers)
        {
            if (!charger.Charge.TryGood(out var charge))
                return null;
            ev += charge.Watts;
        }
        return (load + pv - ev, pv, ev);
    }

    private bool IsCurtailed(Setpoints asked)
    {
        for (var i = 0; i < asked.PvPlants.Length; i++)
            if (asked.PvPlants[i].Limit is { } limit && limit < site.PvPlants[i].Rated)
                return true;
        return false;
    }
}
