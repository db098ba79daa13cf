using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Which battery readings belong to which meter reading. A battery that tells its power some seconds late makes its own movement look like a load:
/// followed naively, site and battery swing for ever. Meter and battery are right together where the load they imply is calmest.</summary>
/// <param name="Imports">The last meter readings, newest first, at most <see cref="Kept"/>, W.</param>
/// <param name="Discharges">The last sums of battery readings, newest first, as many, W.</param>
/// <param name="Restless">For each pairing how much the implied load has moved lately, W; from the meter <see cref="Least"/> steps late to the batteries <see cref="Most"/> late.</param>
/// <param name="Moves">Steps in which something moved, counted up to <see cref="Enough"/>.</param>
/// <param name="Late">Steps the batteries' readings are behind the meter's; negative: the meter's are behind.</param>
public sealed record Alignment(ImmutableArray<double> Imports, ImmutableArray<double> Discharges, ImmutableArray<double> Restless, int Moves, int Late)
{
    public const int Least = -3;
    public const int Most = 6;
    private const int Pairings = Most - Least + 1;

    /// <summary>Readings that are kept: as many as it takes to compare one movement of the meter with the batteries' from the earliest to the latest.</summary>
    public const int Kept = Pairings + 1;

    /// <summary>Before so many steps with movement nothing is believed but that all readings are of one moment.</summary>
    public const int Enough = 20;

    /// <summary>Movements smaller than this say nothing, W.</summary>
    private const double Noticeable = 100;

    /// <summary>What remains of an old movement after a step in which something moved.</summary>
    private const double Fading = 0.97;

    /// <summary>Another pairing must imply a load this much calmer before it is taken.</summary>
    private const double Better = 0.7;

    /// <summary>A smaller part of a step is not told from what loads do by chance; followed as none, it echoes by as much and dies away.</summary>
    private const double LeastPart = 0.25;

    public static Alignment Fresh { get; } = new([], [], [.. new double[Pairings]], 0, 0);

    /// <summary>A step without usable readings: what was learnt stays, the pairs begin anew.</summary>
    public Alignment Interrupted => this with { Imports = [], Discharges = [] };

    /// <summary>The alignment with this moment's readings. Every pairing is charged with the same movement of the meter in the same step: were they charged
    /// one after the other, a load's jump would speak for those that are yet to see it.</summary>
    public Alignment With(double import, double discharge)
    {
        var next = this with { Imports = Pushed(Imports, import), Discharges = Pushed(Discharges, discharge) };
        if (next.Imports.Length < Kept || !next.HasMoved)
            return next;
        var restless = new double[Pairings];
        for (var i = 0; i < Pairings; i++)
            restless[i] = (Restless[i] * Fading) + Math.Abs(Moved(next.Imports, Most) + Moved(next.Discharges, Most - Least - i));
        var moves = Math.Min(Moves + 1, Enough);
        return next with { Restless = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(restless), Moves = moves, Late = moves < Enough ? Late : Calmest(restless) };
    }

    /// <summary>What the site takes without its batteries, as far as it is known, W: the newest pair that belongs together, or a mix of the two pairs between
    /// which the batteries' readings lie.</summary>
    public double Load()
    {
        if (Imports.Length <= Math.Abs(Late) + 1)
            return Imports[0] + Discharges[0];
        var (neighbour, part) = Between();
        return ((1 - part) * Load(Late)) + (part * Load(neighbour));
    }

    /// <summary>A delay of a whole step and a half spoils two pairings alike, and whichever is followed echoes half of every movement. A quick movement that is off
    /// by a part of a step makes a pairing restless by that part, and one off by more than a step by the whole; so three neighbours tell the part, however
    /// restless the load itself is.</summary>
    private (int Neighbour, double Part) Between()
    {
        var i = Late - Least;
        if (Moves < Enough || i == 0 || i == Pairings - 1)
            return (Late, 0);
        var (near, far) = Restless[i - 1] < Restless[i + 1] ? (i - 1, i + 1) : (i + 1, i - 1);
        var whole = (2 * Restless[far]) - Restless[i] - Restless[near];
        var part = whole > 0 ? Math.Min(1, (Restless[far] - Restless[near]) / whole) : 0;
        return (near + Least, part < LeastPart ? 0 : part);
    }

    private double Load(int late) => Imports[Math.Max(0, late)] + Discharges[Math.Max(0, -late)];

    private static double Moved(ImmutableArray<double> readings, int ago) => readings[ago] - readings[ago + 1];

    private bool HasMoved
    {
        get
        {
            for (var i = 0; i + 1 < Discharges.Length; i++)
                if (Math.Abs(Discharges[i] - Discharges[i + 1]) > Noticeable)
                    return true;
            return false;
        }
    }

    private int Calmest(double[] restless)
    {
        var best = Late - Least;
        for (var i = 0; i < Pairings; i++)
            if (restless[i] < restless[best])
                best = i;
        return restless[best] < Better * restless[Late - Least] ? best + Least : Late;
    }

    private static ImmutableArray<double> Pushed(ImmutableArray<double> old, double newest)
    {
        var all = new double[Math.Min(old.Length + 1, Kept)];
        all[0] = newest;
        for (var i = 1; i < all.Length; i++)
            all[i] = old[i - 1];
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(all);
    }
}
