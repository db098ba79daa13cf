using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Samples of one point as columns, in the order they came. A kind holds trust (bits 0–1), reason (bits 2–7) and whether the value is NaN (bit 8).</summary>
public sealed class PointColumn
{
    public const int KindBits = 9;
    public const ushort NaNKind = 256;

    private const int TrustBits = 2;

    public long[] Times { get; private set; } = new long[16];
    public double[] Values { get; private set; } = new double[16];
    public ushort[] Kinds { get; private set; } = new ushort[16];
    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Add(in TelemetrySample sample)
    {
        var at = Count;
        Grow(at + 1);
        var kind = ((int)sample.Reason << TrustBits) | (int)sample.Trust;
        Times[at] = sample.At.UnixMilliseconds;
        (Values[at], Kinds[at]) = double.IsNaN(sample.Value) ? (double.NaN, (ushort)(kind | NaNKind)) : (sample.Value, (ushort)kind);
    }

    public static Trust TrustOf(ushort kind) => (Trust)(kind & ((1 << TrustBits) - 1));

    /// <summary>Makes room for, and counts, this many in all; what is new has no content yet.</summary>
    public void Grow(int count)
    {
        if (count > Times.Length)
        {
            var size = Math.Max(count, Times.Length * 2);
            (var times, var values, var kinds) = (Times, Values, Kinds);
            Array.Resize(ref times, size);
            Array.Resize(ref values, size);
            Array.Resize(ref kinds, size);
            (Times, Values, Kinds) = (times, values, kinds);
        }

        Count = count;
    }

    public TelemetrySample Sample(int at, int point) =>
        new(new Instant(Times[at]), point, Values[at], TrustOf(Kinds[at]), (BadReason)((Kinds[at] & 0xFF) >> TrustBits));

    /// <summary>All samples in time order; of two of one moment the one that came later.</summary>
    public List<TelemetrySample> InOrder(int point)
    {
        var all = new List<TelemetrySample>(Count);
        for (var i = 0; i < Count; i++)
            all.Add(Sample(i, point));
        return Ordered(all);
    }

    /// <summary>Sorts by time, keeping of each moment the sample that stands last.</summary>
    public static List<TelemetrySample> Ordered(List<TelemetrySample> samples)
    {
        var rises = true;
        for (var i = 1; i < samples.Count && rises; i++)
            rises = samples[i - 1].At < samples[i].At;
        if (rises)
            return samples;
        var sorted = new List<TelemetrySample>(samples.Count);
        foreach (var sample in samples.OrderBy(s => s.At.UnixMilliseconds))
        {
            if (sorted.Count > 0 && sorted[^1].At == sample.At)
                sorted[^1] = sample;
            else
                sorted.Add(sample);
        }

        return sorted;
    }
}
