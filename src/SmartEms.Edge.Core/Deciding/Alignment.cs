using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Which battery readings belong to which meter reading. A battery that tells its power some seconds late makes its own movement look like a load:
/// followed naively, site and battery swing for ever. Meter and battery are right together where the load they imply is calmest.</summary>
/// <param name="Imports">The last meter readings, newest first, W.</param>
/// <param name="Discharges">The last sums of battery readings, newest first, W.</param>
/// <param name="Restless">For each pairing how much the implied load has moved lately, W; from the meter <see cref="Least"/> steps late to the batteries <see cref="Most"/> late.</param>
/// <param name="Moves">Steps in which something moved, counted up to <see cref="Enough"/>.</param>
/// <param name="Late">Steps the batteries' readings are behind the meter's; negative: the meter's are behind.</param>
public sealed record Alignment(ImmutableArray<double> Imports, ImmutableArray<double> Discharges, ImmutableArray<double> Restless, int Moves, int Late)
{
    public const int Least = -3;
    public const int Most = 6;
    private const int Pairings = Most - Least + 1;

    /// <summary>Before so many steps with movement nothing is believed but that all readings are of one moment.</summary>
    public const int Enough = 20;

    /// <summary>Movements smaller than this say nothing, W.</summary>
    private const double Noticeable = 100;

    /// <summary>What remains of an old movement after a step in which something moved.</summary>
    private const double Fading = 0.97;

    /// <summary>Another pairing must imply a load this much calmer before it is taken.</summary>
    private const double Better = 0.7;

    public static Alignment Fresh { get; } = new([], [], [.. new double[Pairings]], 0, 0);

    /// <summary>A step without usable readings: what was learnt stays, the pairs begin anew.</summary>
    public Alignment Interrupted => this with { Imports = [], Discharges = [] };

    /// <summary>The alignment with this moment's readings.</summary>
    public Alignment With(double import, double discharge)
    {
        var next = this with { Imports = Pushed(Imports, import), Discharges = Pushed(Discharges, discharge) };
        if (next.Imports.Length < Most + 2 || !next.HasMoved)
            return next;
        var restless = new double[Pairings];
        for (var i = 0; i < Pairings; i++)
            restless[i] = (Restless[i] * Fading) + Math.Abs(next.Load(i + Least, 0) - next.Load(i + Least, 1));
        var moves = Math.Min(Moves + 1, Enough);
        return next with { Restless = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(restless), Moves = moves, Late = moves < Enough ? Late : Calmest(restless) };
    }

    /// <summary>What the site takes without its batteries, as far as it is known, W: the newest pair that belongs together.</summary>
    public double Load() => Imports.Length > Math.Abs(Late) ? Load(Late, 0) : Imports[0] + Discharges[0];

    private double Load(int late, int ago) => Imports[ago + Math.Max(0, late)] + Discharges[ago + Math.Max(0, -late)];

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
        var all = new double[Math.Min(old.Length + 1, Most + 2)];
        all[0] = newest;
        for (var i = 1; i < all.Length; i++)
            all[i] = old[i - 1];
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(all);
    }
}
