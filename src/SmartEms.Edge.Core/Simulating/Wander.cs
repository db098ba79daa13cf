namespace SmartEms.Edge.Core.Simulating;

/// <summary>A slow seeded drift within ±amplitude: straight lines between chance values at even times, the same for any step width.</summary>
internal sealed class Wander(ulong seed, long knotMs, double amplitude)
{
    private long _knot = long.MinValue;
    private double _from;
    private double _to;

    public double At(long nowMs)
    {
        var knot = Math.DivRem(nowMs, knotMs, out var within);
        if (within < 0)
        {
            knot--;
            within += knotMs;
        }

        if (knot != _knot)
        {
            _from = knot == _knot + 1 ? _to : Value(knot);
            _to = Value(knot + 1);
            _knot = knot;
        }

        return _from + ((_to - _from) * within / knotMs);
    }

    private double Value(long knot) => new SeededRandom(SeededRandom.Mix(seed, knot)).Between(-amplitude, amplitude);
}
