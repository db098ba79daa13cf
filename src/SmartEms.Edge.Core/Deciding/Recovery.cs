using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>After a stop or a lost grid devices come back one kind after the other, so that not all of them pull at once: PV first, batteries next, chargers and
/// flexible loads last.</summary>
public static class Recovery
{
    /// <summary>From the end of the stop until everything is as before, s.</summary>
    public const double Seconds = 30;

    private const double BatteriesAfter = 10;

    /// <summary>What is left of the recovery after one step more, s; 0 = none is under way.</summary>
    public static double Left(double before, Envelope envelope, double step) =>
        envelope.IsStopped || envelope.IsIsland ? Seconds : Math.Max(0, before - step);

    /// <summary>Holds back what is not yet its turn.</summary>
    public static Envelope Narrow(Envelope envelope, double left)
    {
        if (left <= 0 || envelope.IsStopped || envelope.IsIsland)
            return envelope;
        return envelope with
        {
            Batteries = Seconds - left < BatteriesAfter ? Nothing(envelope.Batteries) : envelope.Batteries,
            EvChargers = Nothing(envelope.EvChargers),
            Loads = Nothing(envelope.Loads),
        };
    }

    private static ImmutableArray<PowerRange> Nothing(ImmutableArray<PowerRange> ranges)
    {
        var rest = new PowerRange[ranges.Length];
        for (var i = 0; i < rest.Length; i++)
            rest[i] = ranges[i].Nothing(Bound.Recovery);
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(rest);
    }
}
