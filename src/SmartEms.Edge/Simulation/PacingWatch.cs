using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>Counts accesses that follow another to the same register sooner than the vendor allows; they are answered all the same.</summary>
internal sealed class PacingWatch(TimeSpan pace, TimeProvider time)
{
    private readonly Dictionary<(byte Unit, int Register), long> last = [];

    /// <summary>Accesses, and those of them that came too soon.</summary>
    public long Count { get; private set; }
    public long TooFast { get; private set; }

    public void See(RegisterSpan span)
    {
        Count++;
        if (pace == TimeSpan.Zero)
            return;
        var now = time.GetTimestamp();
        var isTooFast = false;
        for (var i = 0; i < span.Count; i++)
        {
            var key = (span.Unit, span.Address + i);
            isTooFast |= last.TryGetValue(key, out var before) && time.GetElapsedTime(before, now) < pace;
            last[key] = now;
        }
        if (isTooFast)
            TooFast++;
    }
}
