using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Sensing.Contacts;

/// <summary>What a pulse meter has counted. A value: the next one comes from <see cref="PulseMeter.Next"/>, and it may be stored and recalled.</summary>
/// <param name="Pulses">Whole pulses since counting began.</param>
/// <param name="LastNs">Monotonic time of the last counted pulse, ns; null before the first since start.</param>
/// <param name="GapNs">From the last pulse but one to the last, ns; null before the second since start.</param>
/// <param name="Sequence">Number of the line's last edge, to see what was lost.</param>
/// <param name="LostEdges">Edges the kernel could not deliver; their pulses are in <paramref name="Pulses"/>.</param>
public readonly record struct PulseCount(long Pulses, long? LastNs, long? GapNs, uint Sequence, long LostEdges);

/// <summary>An S0 pulse output (IEC 62053-31, class A: on and off at least 30 ms each): counts pulses, and takes power from their distance.</summary>
/// <param name="pulsesPerKilowattHour">The meter constant, above 0.</param>
/// <param name="closedLevel">The line's level while the output conducts.</param>
/// <param name="shortest">Two pulses cannot be nearer than this; what is nearer is a bounce.</param>
public sealed class PulseMeter(double pulsesPerKilowattHour, bool closedLevel, TimeSpan shortest)
{
    /// <summary>After so long without a pulse the power is Uncertain: a standing meter and a broken wire look alike.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromMinutes(10);

    private const double NsPerHour = 3.6e12;

    private readonly long shortestNs = (long)shortest.TotalNanoseconds;

    /// <summary>Takes one edge. Edges of the opening side, bounces, and times that run backwards count nothing.</summary>
    public PulseCount Next(PulseCount before, LineEdge edge)
    {
        var lost = before.Sequence == 0 || edge.Sequence <= before.Sequence ? 0 : edge.Sequence - before.Sequence - 1;
        // Edges come in pairs, so every two lost ones were a pulse.
        var after = before with { Sequence = edge.Sequence, LostEdges = before.LostEdges + lost, Pulses = before.Pulses + (lost / 2) };
        if (edge.IsRising != closedLevel)
            return after;
        var gap = edge.AtNs - before.LastNs;
        if (gap < shortestNs)
            return after;
        return after with { Pulses = after.Pulses + 1, LastNs = edge.AtNs, GapNs = gap / (1 + (lost / 2)) };
    }

    /// <summary>Energy since counting began.</summary>
    public Energy Energy(PulseCount count) => Quantities.Energy.FromWattHours(count.Pulses * 1000 / pulsesPerKilowattHour);

    /// <summary>Mean power over the last pulse distance, or over the time since the last pulse when that is longer already: the power then is at most this.
    /// Bad(NeverRead) before the second pulse.</summary>
    public Reading<Power> Power(PulseCount count, long nowNs)
    {
        if (count is not { LastNs: { } last, GapNs: { } gap })
            return Reading.Bad<Power>(BadReason.NeverRead);
        var since = Math.Max(0, nowNs - last);
        var power = Quantities.Power.FromWatts(1000 / pulsesPerKilowattHour * (NsPerHour / Math.Max(Math.Max(gap, since), 1)));
        var ageMs = (int)Math.Min(since / 1_000_000, int.MaxValue);
        return new(power, since > SilentAfter.TotalNanoseconds ? Quality.Uncertain(ageMs) : Quality.Good(ageMs));
    }
}
