using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Samples of chunks that overlap in time, given out in time order; of two of one moment the one written later counts.</summary>
internal sealed class OverlappingSamples
{
    private List<(TelemetrySample Sample, long Order)> _waiting = [];

    /// <summary>Adds samples in time order, with the order in which their chunk was written.</summary>
    public void Add(List<TelemetrySample> samples, long order)
    {
        var overlaps = _waiting.Count > 0 && samples.Count > 0 && samples[0].At <= _waiting[^1].Sample.At;
        foreach (var sample in samples)
            _waiting.Add((sample, order));
        if (overlaps)
            _waiting = [.. _waiting.OrderBy(w => w.Sample.At.UnixMilliseconds).ThenBy(w => w.Order)];
    }

    /// <summary>Takes out all before a moment in ms.</summary>
    public List<TelemetrySample> Before(long moment)
    {
        var count = 0;
        while (count < _waiting.Count && _waiting[count].Sample.At.UnixMilliseconds < moment)
            count++;
        return Take(count);
    }

    public List<TelemetrySample> Rest() => Take(_waiting.Count);

    private List<TelemetrySample> Take(int count)
    {
        var taken = new List<TelemetrySample>(count);
        for (var i = 0; i < count; i++)
        {
            if (taken.Count > 0 && taken[^1].At == _waiting[i].Sample.At)
                taken[^1] = _waiting[i].Sample;
            else
                taken.Add(_waiting[i].Sample);
        }

        _waiting.RemoveRange(0, count);
        return taken;
    }
}
