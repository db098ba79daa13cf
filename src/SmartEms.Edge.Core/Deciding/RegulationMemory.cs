using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>What regulation has learnt of the site's batteries and remembers from step to step.</summary>
public sealed record RegulationMemory(ImmutableArray<BatteryTrack> Batteries, Alignment Alignment, Swing Swing)
{
    public static RegulationMemory Fresh { get; } = new([], Alignment.Fresh, Swing.None);

    /// <summary>What the plants did in the last step, in the site's order; empty before the first.</summary>
    public ImmutableArray<PvTrack> Plants { get; init; } = [];

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

    private static ImmutableArray<T> Frozen<T>(T[] items) => System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(items);

    /// <summary>What was learnt in a step that ends with this draft.</summary>
    public RegulationMemory After(Draft draft, Alignment alignment)
    {
        var tracks = new BatteryTrack[draft.Discharge.Length];
        var change = 0.0;
        for (var i = 0; i < tracks.Length; i++)
        {
            tracks[i] = Of(i).After(draft, i);
            change += draft.Discharge[i] - draft.Memory.LastDischarge[i].Watts;
        }
        var plants = new PvTrack[draft.Production.Length];
        for (var i = 0; i < plants.Length; i++)
            plants[i] = new(draft.Production[i], PvTrack.IsAtLimit(draft, i));
        return new(Frozen(tracks), alignment, Swing.After(change, Latency, draft.StepSeconds)) { Plants = Frozen(plants) };
    }
}

/// <summary>One PV plant as it was in the last step: W, and whether its limit, not the sun, held it there.</summary>
public readonly record struct PvTrack(double Production, bool WasAtLimit)
{
    /// <summary>Nearer than this to its limit a plant is held by it, W.</summary>
    private const double Near = 30;

    /// <summary>A plant that closes less of its gap than this in a step has no more sun.</summary>
    private const double LeastRise = 0.05;

    public static bool IsAtLimit(Draft draft, int plant) =>
        double.IsFinite(draft.Memory.PvLimits[plant]) && draft.Production[plant] >= draft.Memory.PvLimits[plant] - Near;

    /// <summary>The most a plant can give now, W: under a limit it may take its time to come down to it, but not rise above it. A reading that says so would let it go
    /// in the middle of an excess, for as long as it takes to get it down again.</summary>
    public static double Ceiling(FollowMemory memory, int plant) =>
        plant < memory.Regulation.Plants.Length ? Math.Max(memory.PvLimits[plant], memory.Regulation.Plants[plant].Production) : double.PositiveInfinity;

    /// <summary>What a limited plant may be about to give more than now, W: it stands at its limit, or has just been allowed more, or is rising towards it.
    /// A battery that covered this meanwhile would have to take it back, and export while it does.</summary>
    public static double Promised(Draft draft, int plant)
    {
        if (IsAtLimit(draft, plant))
            return draft.Site.PvPlants[plant].Rated.Watts - draft.Production[plant];
        if (!double.IsFinite(draft.Memory.PvLimits[plant]) || plant >= draft.Memory.Regulation.Plants.Length)
            return 0;
        var (track, gap) = (draft.Memory.Regulation.Plants[plant], draft.Memory.PvLimits[plant] - draft.Production[plant]);
        return track.WasAtLimit || draft.Production[plant] - track.Production >= LeastRise * gap ? gap : 0;
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
