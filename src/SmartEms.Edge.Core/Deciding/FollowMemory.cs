using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>What Follow must remember from one step to the next. Durations are counted in steps' time, so a replay needs no clock.</summary>
public sealed record FollowMemory(
    ImmutableArray<Power> LastDischarge,
    ImmutableArray<EvMemory> Chargers,
    ImmutableArray<double> PvLimits)
{
    /// <summary>How long the import limit has been exceeded although something was already asked to help, s; beyond patience, how long batteries stay without credit.</summary>
    public double ImportOverSeconds { get; init; }
    public double ExportOverSeconds { get; init; }

    /// <summary>What is left of the staged recovery after a stop or a lost grid, s; 0 = none is under way.</summary>
    public double RecoverySeconds { get; init; }

    /// <summary>How long import has stood above its limit without a break, s.</summary>
    public double ImportStoodSeconds { get; init; }
    public double ExportStoodSeconds { get; init; }

    /// <summary>In the site's order; empty where there are none, and in records older than them.</summary>
    public ImmutableArray<LoadMemory> Loads { get; init; } = [];

    /// <summary>What regulation has learnt of the batteries; empty at the start and in records older than it.</summary>
    public RegulationMemory Regulation { get; init; } = RegulationMemory.Fresh;

    /// <summary>Nothing asked yet. A PV limit of +∞ W stands for unlimited.</summary>
    public static FollowMemory Fresh(Site site) => new(
        [.. new Power[site.Batteries.Length]],
        [.. new EvMemory[site.EvChargers.Length]],
        [.. Enumerable.Repeat(double.PositiveInfinity, site.PvPlants.Length)])
    {
        Loads = [.. Enumerable.Repeat(LoadMemory.Off, site.Loads.Length)],
    };

    /// <summary>What is remembered of before the program began anew: a charger told one phase may have been switched since and has to prove it, its contactor may
    /// have moved as often as its rest allows, and relays fell when it ended.</summary>
    /// <param name="site">Which this memory fits.</param>
    /// <param name="since">Of when it is; negative = nobody knows.</param>
    public FollowMemory AfterRestart(Site site, TimeSpan since)
    {
        var chargers = ImmutableArray.CreateBuilder<EvMemory>(Chargers.Length);
        for (var i = 0; i < Chargers.Length; i++)
            chargers.Add(Chargers[i] with { Phases = Chargers[i].Phases.AfterRestart(site.EvChargers[i].Switching, since) });
        return this with { Chargers = chargers.MoveToImmutable(), Loads = [.. Enumerable.Repeat(LoadMemory.Off, Loads.Length)] };
    }

    /// <summary>The same memory for another site file of the same site: each part keeps what is remembered of the part of its name, a new one begins afresh, and the
    /// limits' own counts go on. What was learnt of how batteries and plants react goes on where they are the same.</summary>
    /// <param name="from">Which this memory fits.</param>
    /// <param name="to">Which the result fits.</param>
    public FollowMemory Moved(Site from, Site to)
    {
        var fresh = Fresh(to);
        return this with
        {
            LastDischarge = Moved(LastDischarge, fresh.LastDischarge, from.Batteries, to.Batteries, one => one.Name),
            Chargers = Moved(Chargers, fresh.Chargers, from.EvChargers, to.EvChargers, one => one.Name),
            PvLimits = Moved(PvLimits, fresh.PvLimits, from.PvPlants, to.PvPlants, one => one.Name),
            Loads = Moved(Loads, fresh.Loads, from.Loads, to.Loads, one => one.Name),
            Regulation = from.HasSameParts(to) ? Regulation : RegulationMemory.Fresh,
        };
    }

    private static ImmutableArray<T> Moved<T, TPart>(ImmutableArray<T> known, ImmutableArray<T> fresh, ImmutableArray<TPart> from, ImmutableArray<TPart> to, Func<TPart, string> nameOf) =>
        [.. to.Select((part, i) => from.FirstOrDefault(one => nameOf(one) == nameOf(part)) is { } same && from.IndexOf(same) is var at && at < known.Length ? known[at] : fresh[i])];

    /// <summary>The cars, in the order of the site's chargers.</summary>
    public ImmutableArray<CarStay> Stays => [.. Chargers.Select(charger => charger.Stay)];

    public bool Fits(Site site) =>
        LastDischarge.Length == site.Batteries.Length && Chargers.Length == site.EvChargers.Length && PvLimits.Length == site.PvPlants.Length
        && Loads.Length == site.Loads.Length;
}

/// <summary>A charger's regulation: the last offer, whether surplus charging runs, and how long its start, stop and rest conditions have held (s).</summary>
public readonly record struct EvMemory(Current Offer, bool Running, double EnoughSeconds, double ShortSeconds, double RestSeconds)
{
    /// <summary>Nothing at a charger that does not switch its phases, and in older records.</summary>
    public PhaseMemory Phases { get; init; }

    /// <summary>Of the car that is there, or the last one; nothing in older records.</summary>
    public CarStay Stay { get; init; }
}

/// <summary>A flexible load's switching: whether it may run, since when (s), and how long there has been enough or too little surplus for it (s).</summary>
public readonly record struct LoadMemory(bool MayRun, double SinceSeconds, double EnoughSeconds, double ShortSeconds)
{
    /// <summary>Off, and so long that nothing of it is still to come off the meter.</summary>
    public static LoadMemory Off => new(false, FollowLoads.CreditSeconds, 0, 0);
}
