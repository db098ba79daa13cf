using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>What regulation has learnt of the site's batteries and remembers from step to step.</summary>
public sealed record RegulationMemory(ImmutableArray<BatteryTrack> Batteries, Alignment Alignment, Swing Swing)
{
    public static RegulationMemory Fresh { get; } = new([], Alignment.Fresh, Swing.None);

    /// <summary>The track of a battery; an unknown one's is empty.</summary>
    public BatteryTrack Of(int battery) => battery < Batteries.Length ? Batteries[battery] : default;

    /// <summary>The slowest battery's delay, s; 0 as long as none is measured.</summary>
    public double Latency
    {
        get
        {
            var slowest = 0.0;
            foreach (var track in Batteries)
                slowest = Math.Max(slowest, track.Reaction.Seconds);
            return slowest;
        }
    }

    /// <summary>What was learnt in a step that ends with this draft.</summary>
    public RegulationMemory After(Draft draft, Alignment alignment)
    {
        if (draft.Discharge.Length == 0)
            return Fresh;
        var tracks = new BatteryTrack[draft.Discharge.Length];
        var change = 0.0;
        for (var i = 0; i < tracks.Length; i++)
        {
            tracks[i] = Of(i).After(draft, i);
            change += draft.Discharge[i] - draft.Memory.LastDischarge[i].Watts;
        }
        return new(System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(tracks), alignment, Swing.After(change, Latency, draft.StepSeconds));
    }
}

/// <summary>One battery as it was followed.</summary>
/// <param name="Reaction">Its measured delay.</param>
/// <param name="IsKnown">Its power was told in the last step.</param>
/// <param name="Measured">That power, W, discharge positive.</param>
/// <param name="Share">Its held part of what the batteries do together, 0–1; 0 = not yet chosen.</param>
/// <param name="ShortSeconds">How long it has given clearly less than it was asked for, s.</param>
public readonly record struct BatteryTrack(Reaction Reaction, bool IsKnown, double Measured, double Share, double ShortSeconds)
{
    /// <summary>It has had time for what it was told, and others may do what it does not.</summary>
    public bool FallsShort => ShortSeconds > 5 + (3 * Reaction.Seconds);

    /// <summary>Nearer than this to its setpoint a battery does what it was told, W.</summary>
    public static double Tolerance(Battery battery) => Math.Max(30, 0.02 * Math.Max(battery.ChargeMax.Watts, battery.DischargeMax.Watts));

    public BatteryTrack After(Draft draft, int index)
    {
        var reading = draft.Image.Batteries[index].Discharge;
        var share = draft.Shares[index];
        if (!reading.IsGood)
            return new(Reaction with { Area = 0, From = 0, Lasting = 0 }, false, 0, share, 0);
        var (now, told) = (reading.Value.Watts, draft.Memory.LastDischarge[index].Watts);
        var tolerance = Tolerance(draft.Site.Batteries[index]);
        var reaction = IsKnown ? Reaction.After(told, Measured, now, draft.StepSeconds, tolerance) : Reaction;
        var isShort = told > 0 ? now < told - (2 * tolerance) : now > told + (2 * tolerance);
        return new(reaction, true, now, share, isShort ? Math.Min(ShortSeconds + draft.StepSeconds, 600) : 0);
    }
}
